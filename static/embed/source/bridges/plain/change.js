// Only the page around us can bring a new proof, and it does so unasked.
const renewal = () => () => {};
