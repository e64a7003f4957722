({
    // The canvas gets the record's id, its type and the panel; the server holds the record against the viewer's rights.
    start: function (component) {
        var phone = $A.get("$Browser.formFactor") === "PHONE";
        var panel = phone ? component.get("v.phone") : component.get("v.component");
        var parameters = {
            recordId: component.get("v.recordId"),
            sObjectName: component.get("v.sObjectName"),
            component: panel
        };
        component.set("v.parameters", panel === "nothing" ? "" : JSON.stringify(parameters));
    },

    fail: function (component) {
        component.set(
            "v.reason",
            "This panel was not opened. Ask your admin: in Setup, External Client App Manager, Inlay, the permission set" +
                " Inlay viewer must be among the app's policies, and you must have it."
        );
    }
});
