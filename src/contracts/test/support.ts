import { type Abi, createPublicClient, custom, encodeFunctionData, type PublicClient } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { expect } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../setup/contracts.js"
import { readArtifact } from "../../gateway/chain/artifacts.ts"
import { type EmbeddedChain, type Hex, openContracts, startEmbeddedChain } from "../../gateway/chain/index.ts"
import { loadOrCreateKey } from "../../gateway/chain/keys.ts"
import { stoppedClock, temporaryDirectory } from "../../gateway/chain/test/support.ts"

/** Contracts on a chain of their own, and calls from any account (calls are free: no funds needed). */
export interface Bench {
  node: EmbeddedChain
  client: PublicClient
  registry: Hex
  anchor: Hex
  operator: Hex
  gateway: Hex
  /** Sends as operator or gateway and waits; gas used. */
  send(from: "operator" | "gateway", contract: Target, functionName: string, args: readonly unknown[]): Promise<number>
  /** Expects that the call reverts with this error and arguments. */
  refuses(from: Hex, contract: Target, functionName: string, args: readonly unknown[], error: Refusal): Promise<void>
  /** What a view answers. */
  read(contract: Target, functionName: string, args?: readonly unknown[]): Promise<unknown>
  close(): Promise<void>
}

type Target = "DeviceRegistry" | "ReadingAnchor"
type Refusal = { name: string; args?: readonly unknown[] }

export async function openBench(chainId?: number): Promise<Bench> {
  await buildContracts({ quiet: true })
  const directory = temporaryDirectory()
  const node = await startEmbeddedChain({ dir: directory.path, clock: stoppedClock(), ...(chainId && { chainId }) })
  const { deployment, operator, gateway } = await openContracts({ node, dir: directory.path })
  const client = createPublicClient({
    transport: custom(node.provider as never, { retryCount: 0 }),
    pollingInterval: 10,
    cacheTime: 0,
  })
  const addresses = { DeviceRegistry: deployment.registry, ReadingAnchor: deployment.anchor }
  const abis: Record<Target, Abi> = {
    DeviceRegistry: readArtifact("DeviceRegistry").abi,
    ReadingAnchor: readArtifact("ReadingAnchor").abi,
  }
  const call = (contract: Target, functionName: string, args: readonly unknown[]) => ({
    ...{ address: addresses[contract], abi: abis[contract], functionName, args },
  })
  return {
    ...{ node, client, registry: deployment.registry, anchor: deployment.anchor, operator, gateway },
    async send(from, contract, functionName, args) {
      const account = privateKeyToAccount(loadOrCreateKey(directory.path, from).privateKey)
      const data = encodeFunctionData({ abi: abis[contract], functionName, args } as never)
      const nonce = await client.getTransactionCount({ address: account.address })
      const serializedTransaction = await account.signTransaction({
        ...{ to: addresses[contract], data, nonce, gas: 500_000n, maxFeePerGas: 1000n, maxPriorityFeePerGas: 0n },
        chainId: node.chainId,
      })
      const hash = await client.sendRawTransaction({ serializedTransaction })
      const receipt = await client.waitForTransactionReceipt({ hash })
      expect(receipt.status).toBe("success")
      return Number(receipt.gasUsed)
    },
    async refuses(from, contract, functionName, args, { name, args: values }) {
      const failure = await client
        .simulateContract({ ...call(contract, functionName, args), account: from })
        .then(() => undefined)
        .catch((error: Error) => error)
      let found: { errorName?: string; args?: readonly unknown[] } | undefined
      for (let each: unknown = failure; each instanceof Error; each = each.cause) {
        const { data } = each as { data?: { errorName?: string; args?: readonly unknown[] } }
        if (data?.errorName) found = data
      }
      expect(found?.errorName, String(failure)).toBe(name)
      if (values)
        expect(JSON.stringify(found?.args, plain).toLowerCase()).toBe(JSON.stringify(values, plain).toLowerCase())
    },
    read: (contract, functionName, args = []) => client.readContract(call(contract, functionName, args)),
    async close() {
      await node.close()
      directory.remove()
    },
  }
}

const plain = (_: string, value: unknown) => (typeof value === "bigint" ? Number(value) : value)
