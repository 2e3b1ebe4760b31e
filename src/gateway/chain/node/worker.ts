// The embedded node's thread: owns the chain's file and the sealing key.
import { parentPort, workerData } from "node:worker_threads"
import { bytesToHex, hexToBytes } from "@ethereumjs/util"
import { ChainError } from "../errors.ts"
import { Filters } from "../rpc/filters.ts"
import { RpcServer } from "../rpc/server.ts"
import type { FromNode, NodeData, ToNode } from "./messages.ts"
import { openChain } from "./open.ts"

const port = parentPort!
const send = (message: FromNode) => port.postMessage(message)

async function start({ dir, chainId, funded, now }: NodeData): Promise<void> {
  const addresses = funded.map((address) => hexToBytes(address))
  const { chain, genesisHash } = await openChain({ dir, chainId, funded: addresses, now })
  const server = new RpcServer({ chain, filters: new Filters() })
  port.on("message", async (message: ToNode) => {
    if (message.type === "close") {
      await chain.close()
      port.close()
      return
    }
    chain.setTime(message.now)
    send({ type: "answer", id: message.id, body: await server.handle(message.body) })
  })
  const sealers = chain.sealers.map((sealer) => bytesToHex(sealer))
  send({ type: "ready", genesisHash: bytesToHex(genesisHash), sealers })
}

try {
  await start(workerData as NodeData)
} catch (error) {
  const code = error instanceof ChainError ? error.code : "E_CHAIN_CORRUPT"
  send({ type: "failed", code, message: (error as Error).message })
  port.close()
}
