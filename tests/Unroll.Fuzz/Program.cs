using System.Globalization;
using Unroll.Fuzz;

// dotnet run -c Release --project tests/Unroll.Fuzz -- [exchange] [edits] [first seed] [folder]
// Edits files of models and forecasters and loads them, and a tenth as many checkpoints, which it resumes; with the word exchange files of
// Keras, PyTorch, safetensors, NumPy and ONNX, graphs of others and whole forecasts, and the small files of the folder UNROLL_MODELS where
// that is set. What is neither loaded nor refused as documented, or takes too much memory or time, is reported with its seed and saved.
bool isExchange = args is ["exchange", ..];
string[] given = isExchange ? args[1..] : args;
int edits = given.Length > 0 ? int.Parse(given[0], CultureInfo.InvariantCulture) : 100_000;
int first = given.Length > 1 ? int.Parse(given[1], CultureInfo.InvariantCulture) : 1;
string folder = given.Length > 2 ? given[2] : "fuzz-failures";
int failures = isExchange ? Exchanged() : Own(Corpus.All(), edits) + Own(Checkpoints.All(), edits / 10);
return failures == 0 ? 0 : 1;

int Own(IReadOnlyList<(string Name, byte[] File)> corpus, int edits) => Run(edits, seed =>
{
    Attempt attempt = Attempt.Make(corpus, seed);
    return (attempt.Name, attempt.File, attempt.Loaded, attempt.Failure);
});

int Exchanged()
{
    IReadOnlyList<ExchangeFile> corpus = ExchangeCorpus.All(Environment.GetEnvironmentVariable("UNROLL_MODELS"));
    return Run(edits, seed =>
    {
        ExchangeAttempt attempt = ExchangeAttempt.Make(corpus, seed);
        return (attempt.Name, attempt.File, attempt.Loaded, attempt.Failure);
    });
}

int Run(int edits, Func<int, (string Name, byte[] File, bool Loaded, string? Failure)> attempt)
{
    int loaded = 0, failures = 0;
    for (int seed = first; seed < first + edits; seed++)
    {
        (string name, byte[] file, bool isLoaded, string? reason) = attempt(seed);
        loaded += isLoaded ? 1 : 0;
        if (reason is string failure)
        {
            failures++;
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, $"{seed}.unroll"), file);
            Console.WriteLine($"seed {seed}, {name}: {failure}");
        }

        if ((seed - first + 1) % 50_000 == 0)
            Console.WriteLine($"{seed - first + 1} edits, {loaded} loaded, {failures} failures");
    }

    Console.WriteLine($"{edits} edits, {loaded} loaded, {failures} failures");
    return failures;
}
