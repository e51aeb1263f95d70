// what: looks for an address of the host's memory in the message of an error
// want: completed false
() => {
  try {
    return String(Object.create(null));
  } catch (e) {
    return /0x[0-9a-f]{6}/.test(e.message);
  }
}
