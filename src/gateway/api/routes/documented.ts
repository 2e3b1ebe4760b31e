/** The part of a route's schema that only describes it. */
export interface Documented {
  operationId: string
  summary: string
  response: Record<string, object>
  [more: string]: unknown
}

const failure = { description: "what was wrong", $ref: "Error#" }

/** A route's schema: what it is called, what it answers; `types`: content types other than JSON. */
export function documented(operationId: string, summary: string, answer: object, ...types: string[]): Documented {
  const contents = types.map((type) => [type, { schema: answer }] as const)
  const good = types.length
    ? { description: summary, content: Object.fromEntries(contents) }
    : described(answer, summary)
  return { operationId, summary, response: { 200: good, "4xx": failure, "5xx": failure } }
}

function described(answer: object, summary: string): object {
  return { description: summary, ...answer }
}
