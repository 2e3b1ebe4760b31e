/** A worker of the pool that dies of its first batch as long as the file named in its environment is there. */
import { existsSync, rmSync } from "node:fs"
import { parentPort } from "node:worker_threads"

const flag = process.env.DORMOUSE_TEST_MORTAL!

parentPort!.on("message", () => {
  if (flag === "always") process.exit(1)
  if (!existsSync(flag)) return
  rmSync(flag)
  process.exit(1)
})
await import("../verify-worker.ts")
