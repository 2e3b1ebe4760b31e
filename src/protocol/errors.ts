/** Stable error codes: part of the API, never renamed. */
export type ErrorCode = `E_${string}`

/** The one base error: a stable code, a message that names the argument, its value and what to do next. */
export class DormouseError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = "DormouseError"
    this.code = code
  }
}
