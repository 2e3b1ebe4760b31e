import { appendFileSync, copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { RLP } from "@ethereumjs/rlp"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { exportChain, importChain, loadOrCreateKey } from "../index.ts"
import { sealHeader } from "../node/clique.ts"
import { type Header, headerFields, headerOf } from "../node/header.ts"
import { rlpItems } from "../node/rlp-file.ts"
import { makeHistory } from "./history.ts"
import { CHAIN_ID, openRpcBench, type RpcBench } from "./rpc-bench.ts"
import { temporaryDirectory } from "./support.ts"
import { replay } from "./verify.ts"

const directory = temporaryDirectory()
const file = join(directory.path, "chain.rlp")
let bench: RpcBench
let exported: ReturnType<typeof exportChain>
let items: Uint8Array[]

beforeAll(async () => {
  bench = await openRpcBench()
  await makeHistory(bench)
  exported = exportChain({ dir: bench.dir, file })
  items = [...rlpItems(file)]
})
afterAll(async () => {
  await bench.close()
  directory.remove()
})

/** A directory with the genesis alone. */
function follower() {
  const { path: dir, remove } = temporaryDirectory()
  copyFileSync(join(bench.dir, "genesis.json"), join(dir, "genesis.json"))
  return { dir, remove }
}

test("the export of a running chain has every block, from the genesis on", async () => {
  const head = (await bench.ask("eth_getBlockByNumber", "latest", false)) as { hash: string; number: string }
  expect(exported).toEqual({ blocks: Number(head.number) + 1, height: Number(head.number), head: head.hash })
  expect(items).toHaveLength(exported.blocks)
  expect(`0x${Buffer.from(items[3]!).toString("hex")}`).toBe(await bench.ask("debug_getRawBlock", "0x3"))
})

test("the import comes to the same head by executing, and continues where it stopped", async () => {
  const { dir, remove } = follower()
  const half = join(directory.path, "half.rlp")
  writeFileSync(half, Buffer.concat(items.slice(0, 9)))
  expect(await importChain({ dir, file: half })).toMatchObject({ blocks: 8, height: 8 })
  expect(await importChain({ dir, file })).toEqual({ ...exported, blocks: exported.height - 8 })
  expect(await importChain({ dir, file })).toEqual({ ...exported, blocks: 0 })
  expect(await replay(join(dir, "chain.sqlite"), CHAIN_ID)).toBe(exported.height)
  const again = join(directory.path, "again.rlp")
  exportChain({ dir, file: again })
  expect(readFileSync(again)).toEqual(readFileSync(file))
  remove()
})

describe("what is refused", () => {
  const refused = async (content: Uint8Array | Uint8Array[], message: string | RegExp) => {
    const { dir, remove } = follower()
    const path = join(directory.path, "bad.rlp")
    writeFileSync(path, Array.isArray(content) ? Buffer.concat(content) : content)
    const failure = importChain({ dir, file: path })
    await expect(failure).rejects.toMatchObject({ code: "E_CHAIN_IMPORT", message: expect.stringMatching(message) })
    remove()
  }

  /** The file up to block 2, whose header is changed and, where `key` is given, sealed again. */
  const changed = (change: Partial<Header>, seal = true): Uint8Array[] => {
    const [fields, transactions, uncles] = RLP.decode(items[2]!) as [unknown, Uint8Array[], Uint8Array[]]
    const { privateKey } = loadOrCreateKey(bench.dir, "sealer")
    const key = Uint8Array.from(Buffer.from(privateKey.slice(2), "hex"))
    const header = { ...headerOf(fields), ...change }
    const sealed = seal ? sealHeader(header, key) : header
    return [items[0]!, items[1]!, RLP.encode([headerFields(sealed), transactions, uncles])]
  }

  test("what is no block", async () => {
    await refused(Uint8Array.of(0x80), "no RLP list")
    await refused(Uint8Array.of(0xc0), "3 parts")
    await refused(Uint8Array.of(0xfb, 0xff, 0xff, 0xff, 0xff), "impossible length")
    await refused(items[0]!.slice(0, -1), "ends inside a block")
    await refused(Uint8Array.of(0xc3, 0xc0, 0xc0, 0xc0), "cannot be read")
  })

  test("a hole, and another chain", async () => {
    await refused([items[0]!, items[2]!], "number")
    const other = await openRpcBench(1_800_000_001_000)
    const path = join(directory.path, "other.rlp")
    exportChain({ dir: other.dir, file: path })
    await other.close()
    await refused(readFileSync(path), "parted")
  })

  test("each broken rule, by name", async () => {
    const ones = (length: number) => new Uint8Array(length).fill(1)
    await refused(changed({ parentHash: ones(32) }), /parentHash/)
    await refused(changed({ timestamp: 1n }), /timestamp/)
    await refused(changed({ extraData: new Uint8Array(98) }), /extraData/)
    await refused(changed({ coinbase: ones(20) }), /coinbase/)
    await refused(changed({ nonce: ones(8) }), /nonce/)
    await refused(changed({ mixHash: ones(32) }), /mixHash/)
    await refused(changed({ unclesHash: ones(32) }), /unclesHash/)
    await refused(changed({ difficulty: 1n }), /difficulty/)
    await refused(changed({ gasLimit: 30_000_001n }), /gasLimit/)
    await refused(changed({ baseFeePerGas: 8n }), /baseFeePerGas/)
    await refused(changed({ extraData: ones(97) }, false), /seal/)
    await refused(changed({ stateRoot: ones(32) }), /stateRoot/)
    await refused(changed({ receiptsRoot: ones(32) }), /receiptsRoot/)
    await refused(changed({ transactionsRoot: ones(32) }), /transactionsRoot/)
    await refused(changed({ logsBloom: ones(256) }), /logsBloom/)
    await refused(changed({ gasUsed: 1n }), /gasUsed/)
  })

  test("a refused block changes nothing", async () => {
    const { dir, remove } = follower()
    const path = join(directory.path, "bad.rlp")
    writeFileSync(path, Buffer.concat(changed({ stateRoot: new Uint8Array(32) })))
    await expect(importChain({ dir, file: path })).rejects.toMatchObject({ code: "E_CHAIN_IMPORT" })
    expect(await importChain({ dir, file })).toEqual({ ...exported, blocks: exported.height - 1 })
    remove()
  })

  test("a directory without a genesis, or without a chain", async () => {
    const { path: dir, remove } = temporaryDirectory()
    await expect(importChain({ dir, file })).rejects.toMatchObject({ code: "E_CHAIN_GENESIS" })
    expect(() => exportChain({ dir, file })).toThrow(/no chain/)
    remove()
  })
})

test("an export that fails leaves the old file", () => {
  const before = statSync(file).size
  appendFileSync(`${file}.new`, "half")
  expect(() => exportChain({ dir: join(directory.path, "nowhere"), file })).toThrow()
  expect(statSync(file).size).toBe(before)
})
