import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { expect, test } from "vitest"
import { ALICE, BOB, CHAIN_ID, openRpcBench } from "./rpc-bench.ts"
import { replay } from "./verify.ts"

const LOGGER = "36600060003760aa366000a100" // logs its input under topic 0xaa

// A write that fails at each of a block's tables in turn, as on a full disk.
test.each(["nodes", "blocks", "receipts", "logs"])(
  "a block that cannot be written (%s) is made again, whole",
  async (table) => {
    const bench = await openRpcBench()
    const data = `0x600d600c600039600d6000f3${LOGGER}` as const
    const deployed = await bench.included(await bench.send(ALICE, { nonce: 0, data, gas: 200_000n }))
    const to = deployed.contractAddress as `0x${string}`
    const path = join(bench.dir, "chain.sqlite")
    const meddle = (sql: string) => {
      const db = new DatabaseSync(path)
      db.exec(sql)
      db.close()
    }
    const fault = new Promise((resolve) => bench.chain.events.once("fault", resolve))
    meddle(`CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'disk is full'); END`)
    const hash = await bench.send(ALICE, { nonce: 1, to, data: "0x01" })
    expect(String(await fault)).toContain("disk is full")
    expect(await bench.ask("eth_blockNumber")).toBe("0x1")
    expect(await bench.ask("eth_getTransactionReceipt", hash)).toBeNull()
    expect(await bench.ask("eth_getLogs", { fromBlock: "0x0" })).toEqual([])
    meddle("DROP TRIGGER full")
    // Nothing is asked of anybody: the node tries again by itself, and later transactions follow.
    expect(await bench.included(hash)).toMatchObject({ blockNumber: "0x2", status: "0x1" })
    await bench.included(await bench.send(BOB, { nonce: 0, to, data: "0x02" }))
    await bench.chain.close()
    expect(await replay(path, CHAIN_ID)).toBe(3)
  },
)
