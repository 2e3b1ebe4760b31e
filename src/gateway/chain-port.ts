/** The chain as the gateway's rooms want it: bytes and numbers, no client library. */
import type { Server } from "node:http"
import { fromHex } from "../protocol/bytes.ts"
import type { AnchorSender } from "./anchor/anchorer.ts"
import type { ProofSource } from "./anchor/full-receipt.ts"
import { type SealedBy, vanityOf } from "./backup/vanity.ts"
import type { Anchors, Contracts, EmbeddedChain, Hex, Registry, WebSocketOptions } from "./chain/index.ts"
import { openContracts, serveWebSocket, startEmbeddedChain } from "./chain/index.ts"
import type { RegistryView } from "./ingest/approvals.ts"
import type { RequestSender } from "./ingest/registrar.ts"
import type { Clock } from "./ports.ts"
import { Status } from "./store/devices.ts"

export interface ChainPort extends ProofSource, RegistryView, AnchorSender, RequestSender {
  sealers: string[]
  operator: string
  head(): Promise<{ height: number; hash: string }>
  handleRpc(body: unknown): Promise<unknown>
  /** JSON-RPC with subscriptions at `path` of an HTTP server; returns what ends it. */
  serveWebSocket(server: Server, path: string, allow?: WebSocketOptions["allow"]): () => void
  /** Transactions of the operator, where his key is in the data directory. */
  operate?: Pick<Registry, "approve" | "approveAll" | "revoke">
  close(): Promise<void>
}

export interface ChainPortOptions {
  chainId?: number | undefined
  /** whether an epoch in which nothing happened leaves an empty block; default: yes */
  sealEpochs?: boolean | undefined
  /** false: blocks may be lost with the machine's power; for simulations */
  durable?: boolean | undefined
}

/** Starts the embedded chain of `dataDir`, with its contracts; its blocks name the incarnation. */
export async function openChain(
  dataDir: string,
  clock: Clock,
  incarnation: SealedBy,
  { chainId, sealEpochs = true, durable }: ChainPortOptions = {},
): Promise<ChainPort> {
  const vanity = vanityOf(incarnation)
  const id = chainId === undefined ? {} : { chainId }
  const chain = await startEmbeddedChain({ dir: dataDir, clock, vanity, durable, ...id })
  try {
    const port = portOf(chain, await openContracts({ node: chain, dir: dataDir }))
    return sealEpochs ? { ...port, endEpoch: (start) => chain.sealQuiet(start) } : port
  } catch (error) {
    await chain.close()
    throw error
  }
}

function portOf(chain: EmbeddedChain, contracts: Contracts): ChainPort {
  const { registry, anchors, proofs, gateway, operator, client, deployment } = contracts
  return {
    ...{ chainId: chain.chainId, genesisHash: chain.genesisHash, sealers: chain.sealers, gateway, operator },
    ...{ registry: deployment.registry, anchors: deployment.anchor },
    handleRpc: chain.handleRpc,
    serveWebSocket(server, path, allow) {
      const service = serveWebSocket(server, chain, { path, ...(allow && { allow }) })
      return () => service.close()
    },
    operate: registry,
    close: () => chain.close(),
    submit: (request: Parameters<Anchors["submit"]>[0]) => anchors.submit(request),
    request: (request) => registry.request({ ...request, homeGateway: gateway }),
    prove: (epoch, device, block) => proofs.forAnchor(gateway, epoch, device as Hex, block),
    blockNumber: async () => Number(await client.getBlockNumber({ cacheTime: 0 })),
    async head() {
      const { number, hash } = await client.getBlock({ includeTransactions: false })
      return { height: Number(number), hash }
    },
    async changed(fromBlock, toBlock) {
      const range = { fromBlock: BigInt(fromBlock), toBlock: BigInt(toBlock) }
      const logs = await client.getLogs({ address: deployment.registry, ...range })
      // Every event of the registry that is about a device names it in its first topic.
      const devices = new Set(logs.flatMap(({ topics }) => (topics.length > 1 ? [topics[1]!.slice(-40)] : [])))
      return [...devices].map(fromHex)
    },
    async standing(address) {
      const hex: Hex = `0x${Buffer.from(address).toString("hex")}`
      const { status, role } = await registry.device(hex)
      return { status: Status[status], role }
    },
  }
}
