/**
 * Loaded ahead of the gateway (`node --import`), and of each of its threads: kills the process before the n-th operation
 * of a thread on its database.
 */
import { beforeStoreOperations } from "./store-operations.ts"

let left = Number(process.env.DORMOUSE_TEST_CUT_AT)
beforeStoreOperations(() => {
  if (--left === 0) process.kill(process.pid, "SIGKILL")
})
