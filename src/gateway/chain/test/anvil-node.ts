import { spawn } from "node:child_process"
import { anvil } from "../../../../test/peers/peers.ts"

export interface Answer {
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

export interface AnvilNode {
  ask(method: string, ...params: unknown[]): Promise<Answer>
  stop(): Promise<void>
}

/** Foundry's node, beginning with our genesis file; it makes blocks only when told to. */
export async function startAnvil(genesisFile: string, chainId: number): Promise<AnvilNode> {
  const rules = ["--hardfork", "london", "--gas-limit", "30000000", "--block-base-fee-per-gas", "7"]
  const only = ["--init", genesisFile, "--accounts", "0", "--disable-default-create2-deployer", "--no-mining"]
  const args = ["--host", "127.0.0.1", "--port", "0", "--chain-id", String(chainId), ...rules, ...only]
  const child = spawn(anvil!, args, { stdio: ["ignore", "pipe", "pipe"] })
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  let said = ""
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk
      const [, address] = /Listening on (\S+)/.exec(said) ?? []
      if (address) resolve(`http://${address}`)
    }
    child.stdout.on("data", listen)
    child.stderr.on("data", listen)
    void exited.then(() => reject(new Error(`anvil did not start: ${said}`)))
  })
  let id = 0
  return {
    async ask(method, ...params) {
      id += 1
      const body = JSON.stringify({ jsonrpc: "2.0", id, method, params })
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })
      return (await response.json()) as Answer
    },
    async stop() {
      child.kill("SIGTERM")
      await exited
    },
  }
}
