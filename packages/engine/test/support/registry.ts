/** Digest of the first layer of the image `HOST/NAME:TAG` in a registry over http. */
export async function layerOf(reference: string): Promise<string> {
  const [, host, name, tag] = /^([^/]+)\/([^:]+):(.+)$/.exec(reference) ?? []
  const answer = await fetch(`http://${host}/v2/${name}/manifests/${tag}`, {
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  })
  return ((await answer.json()) as { layers: { digest: string }[] }).layers[0]!.digest
}
