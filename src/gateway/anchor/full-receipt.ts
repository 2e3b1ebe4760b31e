import { fromHex } from "../../protocol/bytes.ts"
import { encodeReceiptFile } from "../../protocol/receipt-file.ts"
import type { AnchorProof } from "../chain/index.ts"
import { GatewayError } from "../errors.ts"
import { type Device, hexAddress } from "../store/devices.ts"
import type { Store } from "../store/store.ts"
import type { Receipts } from "./receipts.ts"

/** What a full receipt needs of the chain. */
export interface ProofSource {
  chainId: number
  genesisHash: string
  registry: string
  anchors: string
  gateway: string
  prove(epoch: number, device: string, block: number): Promise<AnchorProof>
}

/** The full receipt of one report, as a file's bytes. Throws `E_RECEIPT_MISSING`. */
export async function fullReceipt(
  store: Store,
  receipts: Receipts,
  chain: ProofSource,
  device: Device,
  seq: number,
): Promise<Uint8Array> {
  const report = store.reports.get(device, seq)
  const address = hexAddress(device.address)
  if (!report) throw new GatewayError("E_RECEIPT_MISSING", `Device ${address} has no report ${seq} here.`)
  const anchor = report.anchor === null ? undefined : store.anchors.get(report.anchor)
  if (!anchor || anchor.block === null)
    throw new GatewayError(
      "E_RECEIPT_MISSING",
      `Report ${seq} of ${address} is not anchored yet: ask after the epoch's end.`,
    )
  const { epoch, previous, root, count, block } = anchor
  const { gatewayTime, role, index, path } = receipts.compact(report)
  const { header, accountProofs, storageProofs } = await chain.prove(epoch, address, block)
  const [registry, anchors] = [fromHex(chain.registry), fromHex(chain.anchors)]
  return encodeReceiptFile({
    ...{ chainId: chain.chainId, genesisHash: fromHex(chain.genesisHash), registry, anchors },
    ...{ publicKey: device.publicKey, report: report.bytes, gatewayTime, role, index, path },
    ...{ gateway: fromHex(chain.gateway), anchor: { epoch, previous, root, count }, header },
    proofs: [
      { contract: anchors, accountProof: accountProofs.anchor, storage: [storageProofs.anchor] },
      { contract: registry, accountProof: accountProofs.registry, storage: [storageProofs.device] },
    ],
  })
}
