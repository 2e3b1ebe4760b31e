import { createWalletClient, custom, encodeFunctionData } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { anchorAbi } from "../abi.ts"
import {
  type Contracts,
  type EmbeddedChain,
  type Hex,
  loadOrCreateKey,
  openContracts,
  startEmbeddedChain,
} from "../index.ts"
import { stoppedClock, TestDevice, temporaryDirectory } from "./support.ts"

export interface ContractHistory {
  dir: string
  node: EmbeddedChain
  contracts: Contracts
  /** One that was enrolled, approved and revoked. */
  device: TestDevice
  ask(method: string, ...params: unknown[]): Promise<unknown>
  close(): Promise<void>
}

const root = new Uint8Array(32).fill(7)

/** Our node with a life of our contracts: deployed, devices enrolled, anchors, calls that revert; a second a block. */
export async function makeContractHistory(): Promise<ContractHistory> {
  const { path: dir, remove } = temporaryDirectory()
  const clock = stoppedClock()
  const node = await startEmbeddedChain({ dir, clock })
  node.onBlock(() => (clock.ms += 1000))
  const ask = (method: string, ...params: unknown[]) => node.provider.request({ method, params })
  const contracts = await openContracts({ node, dir })
  const { registry, anchors, gateway, deployment } = contracts
  const device = new TestDevice(1)
  for (const each of [device, new TestDevice(2)]) {
    await registry.request(each.request(node.chainId, registry.address, gateway))
    await registry.approve(each.address, 1)
  }
  for (const epoch of [1, 2, 5]) {
    await anchors.submit({ epoch, previousEpoch: epoch === 5 ? 2 : epoch - 1, root, count: epoch * 3 })
  }
  await registry.revoke(device.address)

  const account = privateKeyToAccount(loadOrCreateKey(dir, "gateway").privateKey)
  const wallet = createWalletClient({ account, transport: custom(node.provider as never) })
  const again = encodeFunctionData({
    abi: anchorAbi,
    functionName: "recordAnchor",
    args: [1n << 64n, `0x${"11".repeat(32)}`],
  })
  const fixed = { chain: null, account, to: deployment.anchor, data: again } as const
  await seen(await wallet.sendTransaction({ ...fixed, gas: 100_000n })) // refused by the contract, and in a block
  await seen(await wallet.sendTransaction({ ...fixed, gas: 23_000n })) // runs out of gas
  const plain = { chain: null, account, to: `0x${"77".repeat(20)}` } as const
  await seen(await wallet.sendTransaction({ ...plain, value: 5n, type: "legacy", gasPrice: 20n }))
  const accessList = [{ address: deployment.anchor, storageKeys: [`0x${"03".padStart(64, "0")}` as Hex] }]
  await seen(await wallet.sendTransaction({ ...plain, value: 6n, type: "eip2930", gasPrice: 20n, accessList }))
  // Several in one block: the first in line comes last.
  const nonce = Number(await ask("eth_getTransactionCount", account.address, "latest"))
  let last: Hex = "0x"
  for (const offset of [2, 1, 0]) {
    const fees = { maxFeePerGas: 50n, maxPriorityFeePerGas: BigInt(offset) }
    last = await wallet.sendTransaction({ ...plain, value: 7n, nonce: nonce + offset, gas: 21_000n, ...fees })
  }
  await seen(last)

  async function seen(hash: Hex): Promise<void> {
    await contracts.client.waitForTransactionReceipt({ hash, pollingInterval: 5 })
  }
  const close = async () => {
    await node.close()
    remove()
  }
  return { dir, node, contracts, device, ask, close }
}
