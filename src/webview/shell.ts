/** The bare page of a webview: everything it shows comes from its script, every word of its state by message. */

export interface ShellParts {
  readonly title: string;
  /** Addresses of the bundle and its style sheet, as the webview reaches them. */
  readonly scriptUri: string;
  readonly styleUri: string;
  /** `webview.cspSource` */
  readonly cspSource: string;
  /** Unguessable, new for every page. */
  readonly nonce: string;
}

/** Nothing may be loaded or run but the bundle and its style sheet. */
export function contentSecurityPolicy({ cspSource, nonce }: Pick<ShellParts, "cspSource" | "nonce">): string {
  return [
    "default-src 'none'",
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "form-action 'none'",
    "base-uri 'none'",
  ].join("; ");
}

export function formHtml(parts: ShellParts): string {
  const { title, scriptUri, styleUri, nonce } = parts;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escaped(contentSecurityPolicy(parts))}">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="${escaped(styleUri)}">
</head>
<body>
<main id="form"></main>
<script type="module" nonce="${escaped(nonce)}" src="${escaped(scriptUri)}"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
