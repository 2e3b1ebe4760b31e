/** `dormouse` as a child process. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../../../../bin/dormouse.js", import.meta.url))

export interface GatewayChild {
  child: ChildProcess
  pid: number
  coap: number
  http: number
  kill(signal: NodeJS.Signals): Promise<number | null>
}

/** Starts `dormouse gateway` on `dir`; `onSpawn` gets the process before it is ready. */
export async function spawnGateway(
  dir: string,
  { epoch = 1, onSpawn }: { epoch?: number; onSpawn?(child: ChildProcess): void } = {},
): Promise<GatewayChild | undefined> {
  const args = ["gateway", "--data", dir, "--coap", "0", "--http", "0", "--epoch", String(epoch), "--log", "warn"]
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] })
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
  return { child, pid, coap, http, kill }
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
