import type { SwaggerOptions } from "@fastify/swagger"

/** What the routes' schemas do not say. */
export const openapi: SwaggerOptions = {
  openapi: {
    openapi: "3.1.0",
    info: {
      title: "Dormouse gateway",
      version: "1",
      description: "Signed readings of sleeping sensors, and the chain they are anchored on. See docs/gateway.md.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    // On loopback reading needs none, unless the gateway was started with --require-token.
    security: [{ token: [] }, {}],
  },
  refResolver: { buildLocalReference: ({ $id }, _, __, i) => (typeof $id === "string" ? $id : `Schema${i}`) },
}
