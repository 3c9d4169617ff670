exports.left = undefined;
