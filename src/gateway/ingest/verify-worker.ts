/** One thread of the pool: batches in, verdicts out, nothing else. */
import { parentPort } from "node:worker_threads"
import { crypto } from "../../../as/index.ts"
import { checkAll } from "./verifier.ts"
import type { FromVerifyWorker, ToVerifyWorker } from "./verify-member.ts"
import { packVerdicts, unpackJobs } from "./verify-wire.ts"

const port = parentPort!
const say = (message: FromVerifyWorker, moved: ArrayBuffer[] = []) => port.postMessage(message, moved)

port.on("message", ({ id, jobs }: ToVerifyWorker) => {
  const verdicts = packVerdicts(checkAll(crypto, unpackJobs(jobs)))
  say({ type: "verdicts", id, verdicts }, [verdicts])
})
say({ type: "ready" })
