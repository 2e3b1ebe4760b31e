/** The real gateway beside a device under test, at the other end of its line. */
import { mkdtempSync, rmSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { approve } from "../src/gateway/cli/approve.ts"
import { type GatewayClient, runningGateway, writeInstance } from "../src/gateway/cli/instance.ts"
import { startGateway } from "../src/gateway/gateway.ts"
import { fromHex, type Provisioning } from "../src/protocol/index.ts"
import type { Dut } from "./dut.ts"
import { record } from "./record.ts"

export interface TestGateway {
  dataDir: string
  api: GatewayClient
  record: Provisioning
  /** Puts the device's line on the gateway's. */
  attach(dut: Dut): void
  approve(address: string): Promise<unknown>
  close(): Promise<void>
}

export async function openGateway(epochMs: number): Promise<TestGateway> {
  const dataDir = mkdtempSync(join(tmpdir(), "dormouse-hw-"))
  const path = join(dataDir, "line")
  const gateway = await startGateway({ dataDir, coapPort: 0, httpPort: 0, epochMs, serial: [`listen-unix:${path}`] })
  const { coap, http, secret } = gateway
  writeInstance(dataDir, { pid: process.pid, coap, http, host: "127.0.0.1", secret })
  const api = await runningGateway(dataDir)
  const told = await api.json<
    Record<"gatewayPublicKey" | "operator" | "genesisHash" | "registry", string> & { chainId: number }
  >("/api/provisioning")
  let socket: Socket | undefined
  return {
    dataDir,
    api,
    record: {
      ...record,
      gatewayPublicKey: fromHex(told.gatewayPublicKey),
      operator: fromHex(told.operator),
      chainId: told.chainId,
      genesisHash: fromHex(told.genesisHash),
      registry: fromHex(told.registry),
    },
    attach(dut) {
      const line = connect(path)
      socket = line
      line.setNoDelay().on("error", () => {})
      dut.line.on("data", (bytes) => line.write(bytes))
      line.on("data", (bytes) => dut.write(bytes))
    },
    approve: (address) => approve({ dataDir, addresses: [address] }),
    async close() {
      socket?.destroy()
      await gateway.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
