using System.Collections.Concurrent;

namespace Unroll.Forecasting;

/// <summary>The kinds of one sort of thing by the names that files give them.</summary>
/// <typeparam name="T">What makes one, or the one itself.</typeparam>
internal sealed class KindTable<T>
    where T : class
{
    private readonly string _what, _call;
    private readonly string[] _builtIn;
    private readonly ConcurrentDictionary<string, (T Value, Type Type)> _kinds = new(StringComparer.Ordinal);

    /// <param name="what">What they are, for messages.</param>
    /// <param name="call">How one of your own is made known.</param>
    /// <param name="builtIn">Those that are always there.</param>
    public KindTable(string what, string call, params (string Kind, T Value)[] builtIn)
    {
        (_what, _call, _builtIn) = (what, call, Array.ConvertAll(builtIn, each => each.Kind));
        foreach ((string kind, T value) in builtIn)
            _kinds[kind] = (value, typeof(void));
    }

    /// <summary>Adds a kind; the same type may be added again, and the newest counts.</summary>
    /// <exception cref="ArgumentException">The kind is empty, or that of another type.</exception>
    public void Add(string kind, T value, Type type)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind, nameof(kind));
        (T _, Type kept) = _kinds.AddOrUpdate(kind, (value, type), (_, known) => known.Type == type ? (value, type) : known);
        if (kept != type)
            throw new ArgumentException(
                $"The {_what} kind \"{kind}\" is already {(kept == typeof(void) ? "built in" : kept.Name)}. Give yours another name.",
                nameof(kind));
    }

    public bool Has(string kind) => _kinds.ContainsKey(kind);

    /// <exception cref="UnknownKindException">There is none of that name.</exception>
    public T Find(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return _kinds.TryGetValue(kind, out (T Value, Type Type) known) ? known.Value : throw Unknown(kind);
    }

    /// <summary>Refuses a kind that no program could read again.</summary>
    /// <exception cref="UnknownKindException">It is not registered.</exception>
    public void Require(string kind)
    {
        if (!Has(kind))
            throw Unknown(kind);
    }

    private UnknownKindException Unknown(string kind)
    {
        string names = _builtIn.Length > 1 ? $"{string.Join(", ", _builtIn[..^1])} or {_builtIn[^1]}" : string.Concat(_builtIn);
        string choice = names.Length > 0 ? $"Choose {names}, or make one of your own known with {_call}." : "";
        return new UnknownKindException($"There is no {_what} \"{kind}\". {(choice.Length > 0 ? choice : $"Make it known with {_call}.")}")
        {
            What = _what,
            Kind = kind,
            Call = _call,
        };
    }
}

/// <summary>A file, a recipe or a forecaster names a kind that is not registered.</summary>
internal sealed class UnknownKindException(string message) : UnrollException(message)
{
    public required string What { get; init; }

    public required string Kind { get; init; }

    /// <summary>How one of your own is made known.</summary>
    public required string Call { get; init; }

    /// <summary>The same of a file that is read.</summary>
    public UnrollException Reading(string path) =>
        new($"{path} holds the {What} \"{Kind}\", which this program does not know. Make it known before loading: {Call}.", this);

    /// <summary>The same of a file that is to be written.</summary>
    public UnrollException Writing(string path) =>
        new(
            $"{path} is not written: the {What} \"{Kind}\" is not registered, so that no program could load it. "
            + $"Make it known before saving: {Call}.", this);
}
