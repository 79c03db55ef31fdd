// What outlives a reload, in this tab alone: the file, what was asked of it, and what was kept.

const NAME = "armusic-studio-2";
const MOST = 3_000_000; // characters

export function save(value) {
  try {
    const text = JSON.stringify(value);
    sessionStorage.setItem(NAME, text.length > MOST ? JSON.stringify({ ...value, file: null }) : text);
  } catch {
    sessionStorage.removeItem(NAME); // full: the page goes on, but does not remember
  }
}

export function load() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME));
  } catch {
    return null;
  }
}

export const toText = (bytes) => {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return btoa(parts.join(""));
};

export const toBytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
