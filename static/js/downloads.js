// Saves a file that came over the page's own connection, as it has no address. Names and bytes come in base64.
const { onTold } = await import(`./told.js${new URL(import.meta.url).search}`);

const KEPT_MS = 60_000; // a browser may ask a person first where to

const bytes = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

onTold("download", ({ name, type, content }) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes(content)], { type }));
  link.download = new TextDecoder().decode(bytes(name));
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
});
