// Writes the cookies that Python tells, and says so by pressing a button that nobody sees.
const { onTold } = await import(`./told.js${new URL(import.meta.url).search}`);

onTold("cookie", ({ name, value, days, button }, element) => {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not there where the page came without TLS
  document.cookie = `${name}=${value}; path=/; max-age=${days * 86_400}; samesite=strict${secure}`;
  const timer = setInterval(() => {
    const written = document.querySelector(`.st-key-${button} button`);
    written?.click();
    if (written || !element.isConnected) clearInterval(timer);
  }, 50);
});
