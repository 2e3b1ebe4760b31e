import { type Abi, toEventSignature, toFunctionSignature } from "viem"
import { beforeAll, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../../setup/contracts.js"
import { anchorAbi, registryAbi } from "../abi.ts"
import { readArtifact } from "../artifacts.ts"
import { controlAbi } from "../control.ts"
import { decisionsAbi } from "../decisions.ts"
import { gatewaysAbi } from "../gateways.ts"
import { readingsAbi, standingAbi } from "../readings.ts"
import { statementsAbi } from "../statements.ts"

beforeAll(() => buildContracts({ quiet: true }))

/** Each item as one line that holds everything a caller depends on. */
function lines(abi: Abi): string[] {
  const types = (items: readonly { type: string }[] | undefined) => (items ?? []).map(({ type }) => type).join()
  return abi.map((item) => {
    if (item.type === "function") {
      return `function ${toFunctionSignature(item)} ${item.stateMutability} -> ${types(item.outputs)}`
    }
    if (item.type === "event") {
      return `event ${toEventSignature(item)} ${item.inputs.map(({ indexed }) => (indexed ? "indexed" : "data")).join()}`
    }
    return `${item.type} ${"name" in item ? item.name : ""}(${types("inputs" in item ? item.inputs : [])})`
  })
}

test.each([
  ["DeviceRegistry", registryAbi],
  ["DeviceRegistry", controlAbi],
  ["DeviceRegistry", decisionsAbi],
  ["DeviceRegistry", standingAbi],
  ["ReadingAnchor", anchorAbi],
  ["ReadingAnchor", gatewaysAbi],
  ["ReadingAnchor", statementsAbi],
  ["ReadingVerifier", readingsAbi],
] as const)("the interface of %s is the compiler's", (name, abi) => {
  const compiled = new Set(lines(readArtifact(name).abi))
  for (const line of lines(abi as unknown as Abi)) expect(compiled).toContain(line)
})
