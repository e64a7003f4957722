(function () {
  // The record of the portal page, unless the widget's options name another.
  data.table = String(options.table || $sp.getParameter("table") || "");
  data.sys_id = String(options.sys_id || $sp.getParameter("sys_id") || "");
  data.component = String(options.component || "{{ components[0] }}");
})();
