/** Link `serial`: the board's datagrams are pieces of a line. */
import { type ByteStream, serialLink } from "../../../src/device/links/serial-link.ts"
import type { OpenEnd } from "./board.ts"

export const openSerial: OpenEnd = ({ timer, send, close }) => {
  const stream: ByteStream = { write: send, close }
  return { link: serialLink({ stream, timer }), receive: (piece) => stream.onReadable?.(piece) }
}
