// The embedded node's thread: owns the chain's file and the sealing key.
import { parentPort, workerData } from "node:worker_threads"
import { bytesToHex, hexToBytes } from "@ethereumjs/util"
import { ChainError } from "../errors.ts"
import type { Session } from "../rpc/context.ts"
import { Filters } from "../rpc/filters.ts"
import { RpcServer } from "../rpc/server.ts"
import { Subscriptions } from "../rpc/subscriptions.ts"
import type { FromNode, NodeData, ToNode } from "./messages.ts"
import { openChain } from "./open.ts"

const port = parentPort!
const send = (message: FromNode) => port.postMessage(message)

async function start({ dir, chainId, funded, now, vanity, durable }: NodeData): Promise<void> {
  const addresses = funded.map((address) => hexToBytes(address))
  const { chain, genesisHash } = await openChain({ dir, chainId, funded: addresses, now, vanity, durable })
  const server = new RpcServer({ chain, filters: new Filters(chain) })
  const sessions = new Map<number, Required<Session>>()

  const sessionOf = (id: number): Session => {
    let session = sessions.get(id)
    if (!session) {
      const notify = (message: object) => send({ type: "notice", session: id, message })
      sessions.set(id, (session = { notify, subscriptions: new Subscriptions(notify) }))
    }
    return session
  }

  chain.events.on("block", ({ number }) => send({ type: "block", number: Number(number) }))
  chain.events.on("fault", (error) => send({ type: "fault", message: (error as Error).message }))
  port.on("message", async (message: ToNode) => {
    if (message.type === "close") {
      await chain.close()
      port.close()
    } else if (message.type === "disconnect") {
      sessions.get(message.session)?.subscriptions.close()
      sessions.delete(message.session)
    } else if (message.type === "seal") {
      chain.setTime(message.now)
      await chain.sealQuiet(message.since)
      send({ type: "answer", id: message.id, body: undefined })
    } else {
      chain.setTime(message.now)
      const session = message.session === undefined ? {} : sessionOf(message.session)
      send({ type: "answer", id: message.id, body: await server.handle(message.body, session) })
    }
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
