namespace Unroll.Fuzz;

/// <summary>One edited file of another program's format, and what came of loading it.</summary>
internal sealed record ExchangeAttempt(string Name, byte[] File, bool Loaded, string? Failure)
{
    private const long MostBytes = 100_000_000;
    private static readonly TimeSpan s_mostTime = TimeSpan.FromSeconds(1);

    /// <summary>The same seed makes the same edits.</summary>
    public static ExchangeAttempt Make(IReadOnlyList<ExchangeFile> corpus, int seed)
    {
        var random = new Random(seed);
        ExchangeFile file = corpus[random.Next(corpus.Count)];
        return Load(file, ByteEdit.Apply(file.File, [.. corpus.Select(each => each.File)], random));
    }

    public static ExchangeAttempt Load(ExchangeFile of, byte[] file)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan time = Environment.CpuUsage.TotalTime;
        bool loaded = false;
        string? failure = null;
        try
        {
            of.Load(file);
            loaded = true;
        }
        catch (UnrollException refusal)
        {
            if (refusal.Message.AsSpan().ContainsAny('\n', '\r'))
                failure = "a message of several lines: " + refusal.Message;
        }
        catch (Exception other)
        {
            failure = other.ToString();
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        time = Environment.CpuUsage.TotalTime - time;
        if (failure is null && bytes > MostBytes)
            failure = $"{bytes >> 20} MB for a file of {file.Length} bytes";
        if (failure is null && time > s_mostTime)
            failure = $"{time.TotalSeconds:F1} s for a file of {file.Length} bytes";
        return new ExchangeAttempt(of.Name, file, loaded, failure);
    }
}
