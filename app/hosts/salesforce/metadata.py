"""The vendor's metadata types, as far as our package has them: where their files are, and what stands in them.

After the Metadata API's WSDL of version 66.0 (github.com/forcedotcom/wsdl, resources/metadata.wsdl) and the registry of
@salesforce/source-deploy-retrieve. Elements stand in the order of their names; a field's `fullName` comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

API = "66.0"  # the first that knows canvas settings of an External Client App
NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
BOOL = frozenset({"true", "false"})
_FIRST = "fullName"


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand in an element: names in their order."""

    elements: frozenset[str]
    required: frozenset[str] = frozenset()
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    inside: Mapping[str, Shape] = field(default_factory=dict)

    @staticmethod
    def rank(name: str) -> tuple[bool, str]:
        """What elements of one type are sorted by: the full name before all others, these by their names."""
        return (name != _FIRST, name)


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of metadata: its name is the root element's."""

    name: str
    folder: str
    suffix: str
    shape: Shape


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _shape(elements: str, required: str = "", values: Mapping[str, str] | None = None, **inside: Shape) -> Shape:
    """`values` of one element, or of several with a space between their names."""
    allowed = {name: _words(text) for names, text in (values or {}).items() for name in names.split()}
    return Shape(_words(elements), _words(required), allowed, inside)


_BOOL = "true false"
_APP = "externalClientApplication"
_FIELD = _shape(
    "fullName description externalId label precision required scale trackTrending type unique inlineHelpText",
    "fullName type",
    {"externalId required trackTrending unique": _BOOL, "type": "Number Text Checkbox Percent DateTime LongTextArea"},
)
_FIELD_PERMISSIONS = _shape("editable field readable", "editable field", {"editable readable": _BOOL})
_OBJECT_PERMISSIONS = _shape(
    "allowCreate allowDelete allowEdit allowRead modifyAllRecords object viewAllFields viewAllRecords",
    "allowCreate allowDelete allowEdit allowRead modifyAllRecords object viewAllRecords",
    {"allowCreate allowDelete allowEdit allowRead modifyAllRecords viewAllFields viewAllRecords": _BOOL},
)
_FORM_FACTORS = _shape("supportedFormFactor")
_TARGET_CONFIG = _shape(
    "objects property supportedFormFactors", objects=_shape("object"), supportedFormFactors=_FORM_FACTORS
)

KINDS: tuple[Kind, ...] = (
    Kind(
        "ExternalClientApplication",
        "externalClientApps",
        "eca",
        _shape(
            "contactEmail contactPhone description distributionState iconUrl infoUrl isProtected label logoUrl"
            " orgScopedExternalApp",
            "distributionState label",
            {"distributionState": "Local Packaged", "isProtected": _BOOL},
        ),
    ),
    Kind(
        "ExtlClntAppCanvasSettings",
        "extlClntAppCanvasSettings",
        "ecaCanvas",
        _shape(
            "accessMethod canvasLocationOptions canvasOptions canvasUrl externalClientApplication label"
            " lifeCycleHandler samlInitiationMethod",
            f"accessMethod canvasUrl {_APP}",
            {
                "accessMethod": "Get Post",
                "canvasLocationOptions": "Aura ChatterFeed MobileNav None PageLayout Publisher Visualforce",
                "canvasOptions": "HideShare HideHeader",
                "samlInitiationMethod": "None IdpInitiated SpInitiated",
            },
        ),
    ),
    Kind(
        "ExtlClntAppOauthSettings",
        "extlClntAppOauthSettings",
        "ecaOauth",
        _shape(
            "commaSeparatedCustomScopes commaSeparatedOauthScopes customAttributes externalClientApplication"
            " isFirstPartyAppEnabled label oauthLink singleLogoutUrl trustedIpRanges",
            f"commaSeparatedOauthScopes {_APP}",
        ),
    ),
    Kind(
        "ExtlClntAppGlobalOauthSettings",
        "extlClntAppGlobalOauthSets",
        "ecaGlblOauth",
        _shape(
            "callbackUrl certificate consumerKey consumerSecret externalClientApplication idTokenConfig"
            " isClientCredentialsFlowEnabled isCodeCredFlowEnabled isCodeCredPostOnly isConsumerSecretOptional"
            " isDeviceFlowEnabled isIntrospectAllTokens isNamedUserJwtEnabled isPkceRequired"
            " isRefreshTokenRotationEnabled isSecretRequiredForRefreshToken isSecretRequiredForTokenExchange"
            " isTokenExchangeEnabled label shouldRotateConsumerKey shouldRotateConsumerSecret",
            f"callbackUrl {_APP}",
            {
                "isClientCredentialsFlowEnabled isConsumerSecretOptional isIntrospectAllTokens isPkceRequired"
                " isRefreshTokenRotationEnabled isSecretRequiredForRefreshToken shouldRotateConsumerKey"
                " shouldRotateConsumerSecret": _BOOL
            },
        ),
    ),
    Kind(
        "ExtlClntAppConfigurablePolicies",
        "extlClntAppPolicies",
        "ecaPlcy",
        _shape(
            "externalClientApplication isCanvasPluginEnabled isEnabled isMobilePluginEnabled"
            " isNotificationPluginEnabled isOauthPluginEnabled isPushPluginEnabled isSamlPluginEnabled label"
            " startPage startUrl",
            f"{_APP} isEnabled",
            {"isCanvasPluginEnabled isEnabled isOauthPluginEnabled": _BOOL, "startPage": "None Custom OAuth SAML"},
        ),
    ),
    Kind(
        "ExtlClntAppOauthConfigurablePolicies",
        "extlClntAppOauthPolicies",
        "ecaOauthPlcy",
        _shape(
            "commaSeparatedPermissionSet commaSeparatedProfile externalClientApplication ipRelaxationPolicyType label"
            " permittedUsersPolicyType policyAction refreshTokenPolicyType refreshTokenValidityPeriod"
            " refreshTokenValidityUnit requiredSessionLevel sessionTimeoutInMinutes singleLogoutUrl startUrl",
            _APP,
            {
                "ipRelaxationPolicyType": "Enforce Bypass Bypass_2factor Enforce_RelaxRefresh",
                "permittedUsersPolicyType": "AdminApprovedPreAuthorized AllSelfAuthorized",
                "policyAction": "Block RaiseSessionLevel",
                "refreshTokenPolicyType": "Infinite SpecificInactivity SpecificLifetime Zero",
                "refreshTokenValidityUnit": "Days Hours Months",
                "requiredSessionLevel": "LOW STANDARD HIGH_ASSURANCE",
            },
        ),
    ),
    Kind(
        "CspTrustedSite",
        "cspTrustedSites",
        "cspTrustedSite",
        _shape(
            "canAccessCamera canAccessMicrophone context description endpointUrl isActive isApplicableToConnectSrc"
            " isApplicableToFontSrc isApplicableToFrameSrc isApplicableToImgSrc isApplicableToMediaSrc"
            " isApplicableToStyleSrc mobileExtension",
            "endpointUrl isActive",
            {
                "context": "All LEX Communities FieldServiceMobileExtension LightningOut VisualForce",
                "isActive isApplicableToConnectSrc isApplicableToFontSrc isApplicableToFrameSrc isApplicableToImgSrc"
                " isApplicableToMediaSrc isApplicableToStyleSrc": _BOOL,
            },
        ),
    ),
    Kind(
        "PermissionSet",
        "permissionsets",
        "permissionset",
        _shape(
            "classAccesses customPermissions description fieldPermissions hasActivationRequired label license"
            " objectPermissions tabSettings userPermissions",
            "label",
            {"hasActivationRequired": _BOOL},
            fieldPermissions=_FIELD_PERMISSIONS,
            objectPermissions=_OBJECT_PERMISSIONS,
        ),
    ),
    Kind("CustomField", "objects", "field", _FIELD),
    Kind("CustomObject", "objects", "object", _shape("fields label", fields=_FIELD)),
    Kind("AuraDefinitionBundle", "aura", "cmp", _shape("apiVersion description", "apiVersion")),
    Kind(
        "LightningComponentBundle",
        "lwc",
        "js",
        _shape(
            "apiVersion description isExposed masterLabel targets targetConfigs",
            "apiVersion",
            {"isExposed": _BOOL},
            targets=_shape("target"),
            targetConfigs=_shape("targetConfig", targetConfig=_TARGET_CONFIG),
        ),
    ),
)
BY_SUFFIX: Mapping[str, Kind] = {kind.suffix: kind for kind in KINDS}
TARGETS = _words(
    "lightning__RecordPage lightning__AppPage lightning__HomePage lightning__UtilityBar lightning__Tab"
    " lightning__FlowScreen lightning__Inbox lightningCommunity__Page lightningCommunity__Default"
)
MANIFEST = _shape("types version", "version", types=_shape("members name", "members name"))


def suffix_of(path: str) -> str:
    """What a file's name says about its type: `ecaPlcy` of Inlay_plcy.ecaPlcy-meta.xml; '' where it says nothing.

    Files of a bundle say it only by the one that describes it: in both formats it ends in -meta.xml.
    """
    name = path.rpartition("/")[2]
    if path.startswith(("aura/", "lwc/")) or "/aura/" in path or "/lwc/" in path:
        return name.removesuffix("-meta.xml").rpartition(".")[2] if name.endswith("-meta.xml") else ""
    if name in {"package.xml", "sfdx-project.json"} or "." not in name:
        return ""
    return name.removesuffix("-meta.xml").rpartition(".")[2]
