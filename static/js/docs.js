// The API's page: Swagger UI on our own description. What is tried here is done with the session, so it names the token
// of the form that this page does not have.
(() => {
  const place = document.getElementById("docs");

  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    requestInterceptor(request) {
      if (new URL(request.url, location.href).origin === location.origin) {
        request.headers["X-CSRFToken"] = place.dataset.csrf;
      }
      return request;
    },
  });
})();
