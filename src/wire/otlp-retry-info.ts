import { bytesField, OtlpProtoReader, varintField } from './otlp-proto-reader.ts'
import { OtlpReadError } from './otlp-read-error.ts'

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'

/**
 * The pause that a gRPC status asks for.
 *
 * @param status `google.rpc.Status`, as the trailer `grpc-status-details-bin` holds it
 * @returns milliseconds; `undefined` when it asks for none or cannot be read
 * @see google `rpc/error_details.proto`
 */
export function decodeRetryDelayMs(status: Uint8Array): number | undefined {
  try {
    let delayMs: number | undefined
    const reader = new OtlpProtoReader(status)
    reader.whole((field) => {
      if (field === bytesField(3)) delayMs = readDetail(reader) ?? delayMs
      else reader.skip(field)
    })
    return delayMs
  } catch (error) {
    if (error instanceof OtlpReadError) return undefined
    throw error
  }
}

/** `Any`: the type comes before the value in every writer there is. */
function readDetail(reader: OtlpProtoReader): number | undefined {
  let type = ''
  let delayMs: number | undefined
  reader.message((field) => {
    if (field === bytesField(1)) type = reader.string()
    else if (field === bytesField(2) && type === RETRY_INFO) delayMs = readRetryInfo(reader)
    else reader.skip(field)
  })
  return delayMs
}

function readRetryInfo(reader: OtlpProtoReader): number | undefined {
  let delayMs: number | undefined
  reader.message((field) => {
    if (field === bytesField(1)) delayMs = readDuration(reader)
    else reader.skip(field)
  })
  return delayMs
}

function readDuration(reader: OtlpProtoReader): number {
  let seconds = 0
  let nanos = 0
  reader.message((field) => {
    if (field === varintField(1)) seconds = Number(reader.int64())
    else if (field === varintField(2)) nanos = Number(reader.int64())
    else reader.skip(field)
  })
  return Math.max(0, seconds * 1000 + nanos / 1e6)
}
