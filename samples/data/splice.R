# Writes samples/data/splice.csv for samples/splice.cs. Run it from the root of the repository, after: apt-get install r-cran-mlbench
# The data set DNA of mlbench has three columns of 0 and 1 for each of 60 bases: A is 1 0 0, C is 0 1 0, G is 0 0 1, T is 0 0 0.
library(mlbench)
data(DNA)
bits <- matrix(as.integer(as.matrix(DNA[, 1:180])), ncol = 180)
bases <- matrix(c("T", "A", "C", "G")[1 + bits[, seq(1, 180, 3)] + 2 * bits[, seq(2, 180, 3)] + 3 * bits[, seq(3, 180, 3)]], ncol = 60)
sequences <- data.frame(class = DNA$Class, sequence = apply(bases, 1, paste, collapse = ""))
write.csv(sequences, "samples/data/splice.csv", row.names = FALSE, quote = FALSE)
