// what: a string of a terabyte inside of a catch-all: there is nothing to catch
// want: error memory
() => {
  try {
    return "x".repeat(2 ** 40).length;
  } catch (e) {
    return "caught " + e;
  } finally {
    console.log("finally");
  }
}
