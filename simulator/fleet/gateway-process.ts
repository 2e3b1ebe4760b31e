/** The gateway as a child of the simulation. */
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { DormouseError } from "../../src/protocol/index.ts"

const program = fileURLToPath(new URL("../../bin/dormouse.js", import.meta.url))
const preload = new URL("end-with-parent.ts", import.meta.url).href
/** First start makes keys, a chain and its contracts. */
const READY_MS = 60_000
const STOP_MS = 10_000

export interface GatewayProcess {
  /** CoAP port on the loopback interface */
  coap: number
  http: number
  /** where it waits for serial lines */
  serial: string | undefined
  /** Ends when the gateway does, with the error that tells why where nobody asked for it. */
  ended: Promise<DormouseError | undefined>
  stop(): Promise<void>
  kill(): void
}

/** Throws `E_GATEWAY_START` where no gateway gets ready. `epochSeconds` absent: as the data directory has it. */
export async function startGateway(
  dataDir: string,
  { epochSeconds, serial = false }: { epochSeconds?: number | undefined; serial?: boolean } = {},
): Promise<GatewayProcess> {
  const log = join(dataDir, "gateway.log")
  const logFile = openSync(log, "a")
  const epoch = epochSeconds === undefined ? [] : ["--epoch", String(epochSeconds)]
  // A socket's path may be no longer than some hundred bytes, which a data directory's easily is.
  const sockets = serial ? mkdtempSync(join(tmpdir(), "dormouse-")) : undefined
  const line = sockets && `unix:${join(sockets, "serial")}`
  const lines = line ? ["--serial", `listen-${line}`] : []
  const child = spawn(
    process.execPath,
    ["--import", preload, program, "gateway", "--data", dataDir, "--coap", "0", "--http", "0", ...epoch, ...lines],
    // A group of its own: Ctrl-C in the terminal goes to the simulation, which then stops the gateway in good order.
    { stdio: ["ignore", "pipe", logFile, "ipc"], detached: true },
  )
  closeSync(logFile)

  let stopping = false
  const exited = exitOf(child)
  if (sockets) void exited.then(() => rmSync(sockets, { recursive: true, force: true }))
  const ended = exited.then((how) => (stopping ? undefined : failure("E_GATEWAY_ENDED", `ended (${how})`, log)))
  const ready = await Promise.race([firstLine(child), exited.then((how) => `ended (${how})`), timeout(READY_MS)])
  if (typeof ready === "string") {
    child.kill("SIGKILL")
    throw failure("E_GATEWAY_START", ready, log)
  }
  return {
    ...ready,
    serial: line,
    ended,
    async stop() {
      stopping = true
      child.kill("SIGTERM")
      const forced = setTimeout(() => child.kill("SIGKILL"), STOP_MS)
      await exited
      clearTimeout(forced)
    },
    kill() {
      stopping = true
      child.kill("SIGKILL")
    },
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message))
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
}

/** `{"ready":true,"pid":..,"coap":..,"http":..}`; later lines are read, so that the pipe never fills, and dropped. */
function firstLine(child: ChildProcess): Promise<{ coap: number; http: number } | string> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: child.stdout! })
    lines.on("line", (line) => {
      try {
        const { ready, coap, http } = JSON.parse(line)
        if (ready === true) resolve({ coap, http })
        else resolve(`said "${line}"`)
      } catch {
        resolve(`said "${line}"`)
      }
    })
  })
}

function timeout(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, ms, `was not ready after ${ms / 1000} s`).unref())
}

function failure(code: "E_GATEWAY_START" | "E_GATEWAY_ENDED", how: string, log: string): DormouseError {
  const last = lastLine(log)
  return new DormouseError(code, `The gateway ${how}.${last ? ` Its last words: ${last}` : ""} See ${log}.`)
}

function lastLine(path: string): string {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n").at(-1)!.slice(0, 300)
  } catch {
    return ""
  }
}
