import { expect, test } from "vitest"
import { run } from "../../../bench/bytes.bench.ts"

test("sizes of docs/protocol.md hold over the recorded data", async () => {
  for (const { name, value, budget } of await run()) expect(value, name).toBeLessThanOrEqual(budget)
})
