/** What a stranger may ask for: which resources there are (RFC 6690), with their content formats. */
import { CONTENT_FORMAT, MAX_TRANSFER, Option, optionUint, Path } from "../../protocol/coap.ts"
import type { Body } from "./coap-blocks.ts"
import { Code } from "./coap-message.ts"

/** application/link-format (RFC 6690 §7.3). */
const LINK_FORMAT = 40

const links = [
  `</${Path.hello}>;ct=${CONTENT_FORMAT};rt="dormouse.hello"`,
  `</${Path.report}>;ct=${CONTENT_FORMAT};rt="dormouse.report";sz=${MAX_TRANSFER}`,
]

/** By path, its segments joined with slashes. */
export const resources: Record<string, Body> = {
  ".well-known/core": {
    code: Code.content,
    body: Buffer.from(links.join(",")),
    options: [{ number: Option.contentFormat, value: optionUint(LINK_FORMAT) }],
  },
}
