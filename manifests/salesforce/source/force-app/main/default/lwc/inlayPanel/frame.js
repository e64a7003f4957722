{% include "loader/frame.js" %}

export { inlayFrame };
