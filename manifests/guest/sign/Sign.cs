// Signs a launch: who looks at which records of yours, in which panel. It works once, for five minutes.
//   {{ variable }}=... dotnet run VIEWER COMPONENT RECORD [RECORD...]
{% if algorithm != "HS256" %}
// {{ variable }} is the path of the private key, in PKCS #8 (PEM: BEGIN PRIVATE KEY).
{% endif %}
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

public static class InlaySign
{
    private static byte[] Signature(byte[] message)
    {
        var given = Environment.GetEnvironmentVariable("{{ variable }}");
{% if algorithm == "HS256" %}
        using (var key = new HMACSHA256(Encoding.UTF8.GetBytes(given))) return key.ComputeHash(message);
{% elif algorithm == "RS256" %}
        using (var key = RSA.Create())
        {
            key.ImportPkcs8PrivateKey(Private(given), out _);
            return key.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
{% else %}
        using (var key = ECDsa.Create())
        {
            key.ImportPkcs8PrivateKey(Private(given), out _);
            return key.SignData(message, HashAlgorithmName.SHA256);
        }
{% endif %}
    }

{% if algorithm != "HS256" %}
    private static byte[] Private(string path) =>
        Convert.FromBase64String(string.Concat(File.ReadLines(path).Where(line => !line.StartsWith("-----"))));

{% endif %}
    private static string Encoded(byte[] value) =>
        Convert.ToBase64String(value).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    // more: name, locale (de), zoneinfo (Europe/Berlin), roles, fields, features, as docs/hosts/guest.md has them.
    public static string Sign(string viewer, string component, string[] records, IDictionary<string, object> more = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var header = new Dictionary<string, object>
        {
            ["alg"] = "{{ algorithm }}",
            ["kid"] = Environment.GetEnvironmentVariable("INLAY_KID") ?? "{{ kid }}",
            ["typ"] = "JWT",
        };
        var claims = new Dictionary<string, object>
        {
            ["iss"] = "{{ issuer }}",
            ["aud"] = "{{ audience }}",
            ["sub"] = viewer,
            ["origin"] = "{{ page_origin }}",
            ["component"] = component,
            ["record"] = records.Length == 1 ? (object)records[0] : records,
            ["jti"] = Guid.NewGuid().ToString(),
            ["iat"] = now,
            ["exp"] = now + 300,
        };
        foreach (var each in more ?? new Dictionary<string, object>()) claims[each.Key] = each.Value;
        var parts = new[] { header, claims }.Select(part => Encoded(JsonSerializer.SerializeToUtf8Bytes(part)));
        var message = string.Join(".", parts);
        return message + "." + Encoded(Signature(Encoding.UTF8.GetBytes(message)));
    }

    public static void Main(string[] given) => Console.WriteLine(Sign(given[0], given[1], given.Skip(2).ToArray()));
}
