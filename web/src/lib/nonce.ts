/** The nonce of this page, for libraries that add style elements. */
export function nonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce || (meta?.getAttribute("nonce") ?? "");
}
