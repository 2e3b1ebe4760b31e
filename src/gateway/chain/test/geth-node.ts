import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { type AddressInfo, createConnection, createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

/** The last release that seals and imports Clique. */
export const GETH_VERSION = "1.13.15"
const geth = process.env.DORMOUSE_GETH ?? "geth"

/** Whether this machine has that very Geth (on the path, or where DORMOUSE_GETH says). */
export function hasGeth(): boolean {
  const { stdout, status } = spawnSync(geth, ["version"], { encoding: "utf8" })
  return status === 0 && stdout.includes(`Version: ${GETH_VERSION}`)
}

/** Runs a Geth command to its end; what it said. */
export function runGeth(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(geth, args, { encoding: "utf8", timeout: 60_000 })
  if (status !== 0) throw new Error(`geth ${args.join(" ")}: ${stderr}`)
  return stdout + stderr
}

export interface GethNode {
  ask(method: string, ...params: unknown[]): Promise<{ result?: unknown; error?: { code: number; message: string } }>
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Serves the chain of `dataDir`, alone and without a network, over its IPC socket. */
export async function startGeth(dataDir: string): Promise<GethNode> {
  const alone = ["--nodiscover", "--maxpeers", "0", "--port", "0", "--nat", "none", "--ipcpath", "geth.ipc"]
  const archive = ["--syncmode", "full", "--gcmode", "archive", "--authrpc.port", String(await freePort())]
  const child = spawn(geth, ["--datadir", dataDir, ...alone, ...archive], { stdio: ["ignore", "ignore", "pipe"] })
  let log = ""
  child.stderr.on("data", (chunk) => (log += chunk))
  const path = join(dataDir, "geth.ipc")
  for (let waited = 0; !existsSync(path); waited += 50) {
    if (child.exitCode !== null || waited > 30_000) throw new Error(`geth did not start: ${log}`)
    await sleep(50)
  }
  return connect(path, child)
}

function connect(path: string, child: ChildProcess): GethNode {
  const socket = createConnection(path)
  const waiting = new Map<number, (answer: never) => void>()
  let text = ""
  let id = 0
  socket.setEncoding("utf8").on("data", (chunk) => {
    text += chunk
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const answer = JSON.parse(text.slice(0, end))
      text = text.slice(end + 1)
      waiting.get(answer.id)?.(answer as never)
    }
  })
  return {
    ask(method, ...params) {
      id += 1
      socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`)
      return new Promise((resolve) => waiting.set(id, resolve as (answer: never) => void))
    },
    async stop() {
      socket.destroy()
      const exited = new Promise((resolve) => child.once("exit", resolve))
      child.kill("SIGTERM")
      await exited
    },
  }
}
