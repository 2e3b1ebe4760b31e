/** `dormouse` as a child process. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../../../../bin/dormouse.js", import.meta.url))
const cutter = new URL("./cut-at.ts", import.meta.url).href

export interface GatewayChild {
  child: ChildProcess
  pid: number
  coap: number
  http: number
  exited: Promise<number | null>
  kill(signal: NodeJS.Signals): Promise<number | null>
}

export interface SpawnOptions {
  /** seconds */
  epoch?: number
  /** gets the process before it is ready */
  onSpawn?(child: ChildProcess): void
  /** the process kills itself before this operation of one of its threads on a database */
  cutAt?: number
}

/** Starts `dormouse gateway` on `dir`; `undefined`: it was killed before it was ready. */
export async function spawnGateway(
  dir: string,
  { epoch = 1, onSpawn, cutAt }: SpawnOptions = {},
): Promise<GatewayChild | undefined> {
  const args = ["gateway", "--data", dir, "--coap", "0", "--http", "0", "--epoch", String(epoch), "--log", "warn"]
  const preload = cutAt === undefined ? [] : ["--import", cutter]
  const env = { ...process.env, DORMOUSE_TEST_CUT_AT: String(cutAt) }
  const child = spawn(process.execPath, [...preload, program, ...args], { stdio: ["ignore", "pipe", "pipe"], env })
  onSpawn?.(child)
  let stderr = ""
  child.stderr!.on("data", (text) => (stderr += text))
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)))
  const line = await Promise.race([firstLine(child), exited.then(() => undefined)])
  if (line === undefined) {
    if (child.signalCode === "SIGKILL") return undefined
    throw new Error(`the gateway ended: ${stderr}`)
  }
  const { pid, coap, http } = JSON.parse(line)
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return exited
  }
  return { child, pid, coap, http, exited, kill }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => createInterface({ input: child.stdout! }).once("line", resolve))
}

/** Runs a command to its end. */
export function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  let [stdout, stderr] = ["", ""]
  child.stdout!.on("data", (text) => (stdout += text))
  child.stderr!.on("data", (text) => (stderr += text))
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })))
}
