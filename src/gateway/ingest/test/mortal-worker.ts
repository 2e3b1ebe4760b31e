/** A worker of the pool that dies of its first batch as long as the file named in its address is there. */
import { existsSync, rmSync } from "node:fs"
import { parentPort } from "node:worker_threads"

const query = new URL(import.meta.url).searchParams
const [once, always] = [query.get("once"), query.get("always")]

parentPort!.on("message", () => {
  if (always !== null) process.exit(1)
  if (once === null || !existsSync(once)) return
  rmSync(once)
  process.exit(1)
})
await import("../verify-worker.ts")
