export type {
  HandleMessage,
  IncomingMessage,
  MessageMetadata,
  OutgoingMessage,
  PubSub,
  PubSubFeature,
} from './contract.ts'
export { type AnyPubSubDriver, type PubSubDriverEntry, pubsubDrivers } from './registry.ts'
