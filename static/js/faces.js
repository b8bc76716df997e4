// A photo of somebody that is not to be seen any more gives way to their initials.
const give = ({ target }) => target.matches?.(".avatar img") && target.remove();

// Errors of pictures do not rise: they are caught on their way down.
document.addEventListener("error", give, true);
