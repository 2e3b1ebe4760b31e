import { ALICE, BOB, type RpcBench } from "./rpc-bench.ts"

type Hex = `0x${string}`

// Contracts written by hand: no compiler between the test and the EVM.
const RUNTIMES = {
  echo: "366000600037366000f3",
  revert: "366000600037366000fd",
  logger: "36600060003760aa366000a100",
  store: "60003560005500", // its input into slot 0
  clear: "600160015560006001553d00", // sets a slot and clears it: a refund
  context: "4360005241602052466040524860605244608052600143034060a05260c06000f3",
} as const

export type Contracts = Record<keyof typeof RUNTIMES, Hex>

/** Blocks with a bit of everything that Clique under London can hold; each entry of `contracts` is an address. */
export async function makeHistory(bench: RpcBench): Promise<{ contracts: Contracts; hashes: Hex[] }> {
  const hashes: Hex[] = []
  let nonce = 0
  const send = async (fields: Omit<Parameters<RpcBench["send"]>[1], "nonce">) => {
    const hash = await bench.send(ALICE, { nonce: nonce++, ...fields })
    hashes.push(hash)
    return bench.included(hash)
  }
  const contracts: Partial<Contracts> = {}
  for (const [name, runtime] of Object.entries(RUNTIMES)) {
    const size = (runtime.length / 2).toString(16).padStart(2, "0")
    const data: Hex = `0x60${size}600c60003960${size}6000f3${runtime}`
    contracts[name as keyof Contracts] = (await send({ data, gas: 200_000n })).contractAddress as Hex
  }
  const { echo, revert, logger, store, clear } = contracts as Contracts
  await send({ to: BOB.address, value: 12_345n, maxPriorityFeePerGas: 3n })
  await send({ to: `0x${"77".repeat(20)}`, value: 1n })
  for (const data of ["0x", "0x01", `0x${"ab".repeat(100)}`] as const) await send({ to: logger, data })
  await send({ to: revert, data: "0xdeadbeef" })
  for (const value of [1, 0, 255]) await send({ to: store, data: `0x${value.toString(16).padStart(64, "0")}` })
  await send({ to: clear })
  await send({ to: echo, gas: 21_100n, data: "0x00112233" }) // runs out of gas
  await send({ data: "0xfe", gas: 100_000n }) // a creation that fails
  const typed = { to: logger, data: "0x99", gas: 60_000n, gasPrice: 20n, chainId: bench.chainId } as const
  const accessList = [{ address: store, storageKeys: [`0x${"00".repeat(32)}` as const] }]
  const raws = [
    await ALICE.signTransaction({ type: "legacy", nonce: nonce++, ...typed }),
    await ALICE.signTransaction({ type: "eip2930", nonce: nonce++, accessList, ...typed }),
  ]
  for (const raw of raws) {
    const hash = (await bench.ask("eth_sendRawTransaction", raw)) as Hex
    hashes.push(hash)
    await bench.included(hash)
  }
  // Several in one block: sent backwards, so that all wait for the first.
  for (const offset of [2, 1, 0]) {
    hashes.push(await bench.send(ALICE, { nonce: nonce + offset, to: logger, data: `0x0${offset}` }))
  }
  await bench.included(hashes.at(-3)!)
  // An epoch in which nothing came.
  const quiet = new Promise((resolve) => bench.chain.events.once("block", resolve))
  bench.chain.sealQuiet(Number(bench.chain.head.timestamp + 1n) * 1000)
  await quiet
  return { contracts: contracts as Contracts, hashes }
}
