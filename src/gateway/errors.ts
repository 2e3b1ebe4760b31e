import { DormouseError, type ErrorCode } from "../protocol/errors.ts"

/** What the gateway itself finds wrong; codes of messages (`E_CBOR_*`, `E_MESSAGE`, ...) come from src/protocol. */
export type GatewayErrorCode =
  | "E_ACCEPT" // the API gives this in no form that the request accepts
  | "E_ADDRESS" // not 20 bytes in hex
  | "E_ALARM" // devices contradict the chain
  | "E_ANCHOR_CONFLICT" // the chain holds another anchor for an epoch than the store
  | "E_BLOCK" // a block option or block that is none
  | "E_BLOCK_MISSING" // a block whose predecessors are not here, or an answer that is not any more
  | "E_BODY_TOO_LARGE" // beyond MAX_BODY, in blocks MAX_TRANSFER
  | "E_BUSY" // a queue or a limit is full: again later
  | "E_CHAIN_STALLED" // an anchor waits for its block for too long
  | "E_CHAIN_UNREACHABLE" // the chain does not answer
  | "E_CHALLENGE" // not a challenge of this gateway for this key
  | "E_CHALLENGE_EXPIRED" // older than two minutes
  | "E_COAP" // not a CoAP message that this bridge takes
  | "E_CONSOLE_GONE" // the line to a board ended
  | "E_CONSOLE_RESET" // a board was reset before it answered
  | "E_CONSOLE_SILENT" // a board does not answer on its console
  | "E_DEVICE_UNKNOWN" // no device of that number or address
  | "E_DISK_FULL" // hardly any room is left where the data is
  | "E_ECHO" // the sender has to prove its address first
  | "E_FORBIDDEN" // this token does not allow that
  | "E_HELLO_OLD" // a later hello of this device is known
  | "E_HELLO_SIGNATURE" // not signed by the key that it names
  | "E_INTERNAL" // a fault of ours
  | "E_LINK_MESSAGE" // a frame holds no message that a gateway takes
  | "E_LOCKED" // another gateway runs on this data
  | "E_MAILBOX_FULL" // too many messages wait for the device
  | "E_MEDIA_TYPE" // a body of another type than the API takes
  | "E_MQTT" // what was given for MQTT cannot be used
  | "E_NOT_APPROVED" // the device has no approval that could be revoked
  | "E_NOT_PENDING" // the device has no request that could be approved
  | "E_NOT_RUNNING" // this needs a running gateway
  | "E_NO_DATA" // there is no gateway's data in the directory
  | "E_PATH" // nothing is at this path
  | "E_PORT" // the port cannot be had
  | "E_POSSESSION" // a board cannot prove that it holds its key
  | "E_PROFILE" // another profile than the registered one
  | "E_QUERY" // a parameter of an API request is not what it should be
  | "E_RECEIPT_MISSING" // the report is not known, or not anchored yet
  | "E_REPLAY" // a request number was seen before
  | "E_SCHC_ABORTED" // one end gave up a packet that travelled in fragments
  | "E_SCHC_EXPIRED" // the rest of a packet's fragments did not come
  | "E_SCHC_MESSAGE" // not a message of fragmentation
  | "E_SCHC_RULE" // a frame of a kind that is not taken
  | "E_SCHC_STRAY" // of an answer to an earlier request
  | "E_SERIAL_CHECK" // bytes of a serial line are a frame, but for its CRC
  | "E_SERIAL_GARBAGE" // bytes of a serial line are no frame
  | "E_SERIAL_LENGTH" // they are too many for one
  | "E_SERIAL_NAME" // this names no serial line
  | "E_SLOW" // a live subscriber, or a serial line, does not keep up
  | "E_STORE" // the store's file cannot be used
  | "E_TOKEN" // a token is needed, or this one is void
  | "E_TOKEN_NAME" // the name of a token is taken, or there is none of that name
  | "E_TRANSFERS_FULL" // no room for more bodies in blocks: again later
  | "E_USAGE" // a command was called in a way it does not know

export class GatewayError extends DormouseError {
  constructor(code: GatewayErrorCode, message: string, options?: { cause?: unknown }) {
    super(code satisfies ErrorCode, message, options)
    this.name = "GatewayError"
  }
}

/** A limit is full; `retryAfter`: when to come again (ms). */
export class BusyError extends GatewayError {
  readonly retryAfter: number

  constructor(message: string, retryAfter: number) {
    super("E_BUSY", message)
    this.retryAfter = retryAfter
  }
}

/** The code to count and to show for anything that was thrown. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof DormouseError ? error.code : "E_INTERNAL"
}
