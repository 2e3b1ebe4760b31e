/**
 * What goes in and out, once: input is checked against these, and the OpenAPI document shows them. Answers are
 * described, not filtered: see docs/decisions.md.
 */
import { statusNames } from "../store/devices.ts"

const MOST = Number.MAX_SAFE_INTEGER

export const MOST_REPORTS = 1_000

export const text = { type: "string" } as const
export const count = { type: "integer", minimum: 0 } as const
export const maybe = <S extends { type: string }>(schema: S) => ({ ...schema, type: [schema.type, "null"] })
export const list = (items: object) => ({ type: "array", items })
export const record = (properties: object, description?: string) => ({
  ...{ type: "object", properties, additionalProperties: true },
  ...(description && { description }),
})

const wholeNumber = (description: string, most = MOST) => ({ type: "integer", minimum: 0, maximum: most, description })

export const address = { type: "string", pattern: "^0x[0-9a-fA-F]{40}$", description: "address of a device" }

export const deviceParams = { type: "object", required: ["address"], properties: { address } }
export const receiptParams = {
  ...{ type: "object", required: ["address", "seq"] },
  properties: { address, seq: wholeNumber("the report's number") },
}

const limit = { ...wholeNumber("most reports of the answer", MOST_REPORTS), default: 100 }
const cursor = wholeNumber("where to go on: as the Link header with rel=next has it")
const time = (description: string) => ({ type: "string", minLength: 4, maxLength: 40, description })

export const readingsQuery = {
  type: "object",
  properties: {
    ...{ from: { ...wholeNumber("first seq"), default: 0 }, cursor, limit },
    since: time("samples taken at this time (RFC 3339, or unix seconds) or later"),
    until: time("samples taken before this time"),
  },
}
export const feedQuery = { type: "object", properties: { cursor: { ...cursor, default: 0 }, limit } }
export const reportsQuery = {
  type: "object",
  properties: {
    ...{ from: { ...wholeNumber("first seq"), default: 0 }, cursor, limit },
    seqs: { type: "string", pattern: `^\\d{1,15}(,\\d{1,15}){0,${MOST_REPORTS - 1}}$`, description: "just these" },
  },
}
export const accessQuery = {
  type: "object",
  properties: { cursor: { ...cursor, default: MOST }, limit: { ...limit, description: "most entries of the answer" } },
}

/** Beyond a day's worth of one-minute epochs a device would not be missed for too long. */
export const configureBody = {
  type: "object",
  required: ["batch", "interval"],
  additionalProperties: false,
  properties: {
    batch: { type: "integer", minimum: 1, maximum: 64, description: "samples a report" },
    interval: { type: "integer", minimum: 1, maximum: 65_535, description: "epochs a report" },
  },
}
export const approveBody = {
  type: ["object", "null"],
  additionalProperties: false,
  properties: { role: { type: "integer", minimum: 0, maximum: 255, description: "role in the registry" } },
}

export const errorSchema = {
  ...{ $id: "Error", type: "object", required: ["code", "message"] },
  properties: {
    code: { type: "string", pattern: "^E_[A-Z_]+$", description: "stable: programs may rely on it" },
    message: { type: "string", description: "for people: may change" },
  },
}

const senmlRecord = record(
  {
    ...{ bn: text, bt: { type: "number" }, n: text, u: text, v: { type: "number" }, t: { type: "number" } },
    ...{ seq: count, epoch: count, gatewayTime: { type: "number" }, timeSource: { enum: ["device", "gateway"] } },
    anchored: { ...maybe(count), description: "epoch of the anchor on chain; null: none yet" },
  },
  "a SenML record (RFC 8428); the fields from seq on stand on the first record of each report",
)
export const senml = list(senmlRecord)

export const device = record(
  {
    ...{ address, id: count, status: { enum: [...statusNames] }, role: count },
    profile: list(record({ name: text, unit: text, exponent: { type: "integer" } })),
    have: { ...count, description: "highest seq up to which its hash chain is held" },
    ...{ reports: record({ stored: count, anchored: count }), gaps: count, forks: count },
    lost: {
      ...list(record({ first: count, last: count, incarnation: count })),
      description: "ranges of seq that a restore lost for good",
    },
    ...{ lastSeen: { ...maybe(count), description: "unix ms; null: never" }, lastEpoch: count },
  },
  "a device",
)
export const report = record({
  ...{ seq: count, kind: { enum: [1, 2, 3] }, claimedEpoch: count, gatewayTime: { ...count, description: "unix ms" } },
  epoch: { ...maybe(count), description: "of the anchor on chain; null: none yet" },
})
export const fork = record({
  ...{ seq: count, cause: { enum: ["sameSeq", "samePrev", "order"] }, other: count, gatewayTime: count, report: text },
  otherReport: { ...text, description: "of seq `other`: both are what the device signed" },
})
export const accessEntry = record({
  ...{ who: text, source: text, what: text, firstSeq: maybe(count), lastSeq: maybe(count), times: count },
  ...{ since: { ...count, description: "unix ms, to the minute" }, last: { ...count, description: "unix ms" } },
})
const mail = record({ number: count, type: { enum: ["configure"] }, batch: count, interval: count })
export const mailbox = record({
  waiting: list(mail),
  expectedEpoch: { ...maybe(count), description: "in which the device should wake; null: it never reported" },
  note: text,
})
