/**
 * Client of the OCI distribution API: authentication, pull, push, resume, mirrors, referrers.
 * @packageDocumentation
 */
export { RegistryClient } from './client.js'
export type { RegistryClientOptions, RegistryWarning } from './client.js'
export { RegistryRepository } from './repository/repository.js'
export type { ReferrersOptions } from './repository/referrers.js'
export type { TagsOptions } from './repository/tags.js'
export { RegistryError } from './errors.js'
export { fileCredentials, credentialFiles } from './credentials/provider.js'
export type { CredentialFileOptions } from './credentials/provider.js'
export type { Credentials, CredentialProvider } from './credentials/credentials.js'
export { HostResolver } from './hosts/resolver.js'
export type { HostOptions, MirrorOptions } from './hosts/resolver.js'
export type { Endpoint, Capability } from './hosts/endpoint.js'
export type { TlsSettings } from './http/agents.js'
export type { RetryPolicy } from './http/retry.js'
