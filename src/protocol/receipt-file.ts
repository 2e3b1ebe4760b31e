/** The full receipt: everything that anyone needs to check one report, as one CBOR map in a file (docs/protocol.md §8). */
import { type CborValue, decode, encode } from "./cbor/index.ts"
import { DormouseError } from "./errors.ts"
import type { Anchor } from "./receipt.ts"
import { asArray, asBytes, asMap, asUint } from "./shape.ts"

export const RECEIPT_FORMAT = "dormouse-receipt-1"
const FIELDS = 9

/** Merkle-Patricia proofs (EIP-1186) of one contract's storage slots against the header's state root. */
export interface ContractProof {
  /** 20 bytes */
  contract: Uint8Array
  /** RLP trie nodes, root first */
  accountProof: Uint8Array[]
  /** RLP trie nodes for each slot, root first; `slot` is the 32-byte storage key */
  storage: { slot: Uint8Array; proof: Uint8Array[] }[]
}

export interface ReceiptFile {
  chainId: number
  /** 32 bytes */
  genesisHash: Uint8Array
  /** contract addresses, 20 bytes each */
  registry: Uint8Array
  anchors: Uint8Array
  /** device's public key, 33 bytes */
  publicKey: Uint8Array
  /** `payload || r || s` */
  report: Uint8Array
  /** unix ms */
  gatewayTime: number
  role: number
  index: number
  path: Uint8Array
  /** address of the gateway that anchored, 20 bytes */
  gateway: Uint8Array
  anchor: Anchor
  /** RLP of the block header whose state the proofs are against; its seal is inside */
  header: Uint8Array
  /** of `anchors` and of `registry` */
  proofs: ContractProof[]
}

export function encodeReceiptFile(file: ReceiptFile): Uint8Array {
  const { epoch, previous, root, count } = file.anchor
  return encode(
    new Map<CborValue, CborValue>([
      ["format", RECEIPT_FORMAT],
      ["chain", [file.chainId, file.genesisHash, file.registry, file.anchors]],
      ["device", file.publicKey],
      ["report", file.report],
      ["leaf", [file.gatewayTime, file.role, file.index, file.path]],
      ["gateway", file.gateway],
      ["anchor", [epoch, previous, root, count]],
      ["header", file.header],
      [
        "proofs",
        file.proofs.map(({ contract, accountProof, storage }) => [
          contract,
          accountProof,
          storage.map(({ slot, proof }) => [slot, proof]),
        ]),
      ],
    ]),
  )
}

/** Throws `E_CBOR_*`, `E_MESSAGE` or `E_RECEIPT_FORMAT`; says nothing of whether the receipt is true. */
export function decodeReceiptFile(bytes: Uint8Array): ReceiptFile {
  const map = asMap(decode(bytes), "receipt file")
  const format = map.get("format")
  if (format !== RECEIPT_FORMAT)
    throw new DormouseError(
      "E_RECEIPT_FORMAT",
      `Receipt file of format ${String(format)}: "${RECEIPT_FORMAT}" expected.`,
    )
  if (map.size !== FIELDS) throw new DormouseError("E_MESSAGE", `receipt file: ${map.size} fields, ${FIELDS} expected.`)
  const [chainId, genesisHash, registry, anchors] = asArray(map.get("chain"), "chain", 4, 4)
  const [gatewayTime, role, index, path] = asArray(map.get("leaf"), "leaf", 4, 4)
  const [epoch, previous, root, count] = asArray(map.get("anchor"), "anchor", 4, 4)
  return {
    chainId: asUint(chainId, "chain id"),
    genesisHash: asBytes(genesisHash, "genesis hash", 32),
    registry: asBytes(registry, "registry", 20),
    anchors: asBytes(anchors, "anchors", 20),
    publicKey: asBytes(map.get("device"), "device", 33),
    report: asBytes(map.get("report"), "report"),
    gatewayTime: asUint(gatewayTime, "gateway time"),
    role: asUint(role, "role"),
    index: asUint(index, "index"),
    path: asBytes(path, "path"),
    gateway: asBytes(map.get("gateway"), "gateway", 20),
    anchor: {
      epoch: asUint(epoch, "epoch"),
      previous: asBytes(previous, "previous anchor", 32),
      root: asBytes(root, "root", 32),
      count: asUint(count, "count", 0xffffffff),
    },
    header: asBytes(map.get("header"), "header"),
    proofs: asArray(map.get("proofs"), "proofs").map(asContractProof),
  }
}

function asContractProof(value: CborValue): ContractProof {
  const [contract, accountProof, storage] = asArray(value, "contract proof", 3, 3)
  return {
    contract: asBytes(contract, "contract", 20),
    accountProof: asNodes(accountProof),
    storage: asArray(storage, "storage").map((item) => {
      const [slot, proof] = asArray(item, "slot proof", 2, 2)
      return { slot: asBytes(slot, "slot", 32), proof: asNodes(proof) }
    }),
  }
}

function asNodes(value: CborValue | undefined): Uint8Array[] {
  return asArray(value, "trie nodes").map((node) => asBytes(node, "trie node"))
}
