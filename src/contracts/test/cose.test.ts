import { createCustomCommon, Hardfork, Mainnet } from "@ethereumjs/common"
import { createEVM, type EVM } from "@ethereumjs/evm"
import { bytesToHex, hexToBytes } from "@ethereumjs/util"
import { decodeFunctionResult, encodeFunctionData, toFunctionSelector } from "viem"
import { beforeAll, expect, test } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../setup/contracts.js"
import { readArtifact } from "../../gateway/chain/artifacts.ts"
import { cbor } from "../../gateway/chain/test/support.ts"

beforeAll(() => buildContracts({ quiet: true }))

const DEVICE = `0x${"d1".repeat(20)}` as const

/** What the contract says a device of chain `chainId` signs besides its payload. */
async function externalAad(chainId: bigint): Promise<{ aad?: Uint8Array; failure?: string; registry: Uint8Array }> {
  const { abi, deployedBytecode } = readArtifact("DeviceRegistry")
  const common = createCustomCommon({ chainId: chainId.toString() }, Mainnet, { hardfork: Hardfork.London })
  const evm: EVM = await createEVM({ common })
  const data = hexToBytes(encodeFunctionData({ abi, functionName: "externalAad", args: [DEVICE] }))
  const result = await evm.runCode({ code: hexToBytes(deployedBytecode), data, gasLimit: 1_000_000n })
  const registry = new Uint8Array(20) // the address at which code without an account runs
  if (result.exceptionError) return { registry, failure: bytesToHex(result.returnValue.slice(0, 4)) }
  const hex = decodeFunctionResult({ abi, functionName: "externalAad", data: bytesToHex(result.returnValue) })
  return { registry, aad: hexToBytes(hex as `0x${string}`) }
}

// Every length of a CBOR head, on both sides of its border (RFC 8949, section 3).
test.each([0n, 1n, 23n, 24n, 255n, 256n, 65_535n, 65_536n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n])(
  "external_aad on chain %s is what a CBOR library writes",
  async (chainId) => {
    const { aad, registry } = await externalAad(chainId)
    expect(aad).toEqual(cbor(["dormouse-1", chainId, registry, hexToBytes(DEVICE)]))
  },
)

test("a chain number beyond 64 bits is refused", async () => {
  const { failure } = await externalAad(2n ** 64n)
  expect(failure).toBe(toFunctionSelector("CborValueTooLarge(uint256)"))
})
