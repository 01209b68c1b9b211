namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>The names that nodes of one graph can read, with those of the graphs around it.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, int> _values = [];

    public bool Owns(string name) => _values.ContainsKey(name);

    public int? Find(string name) => _values.TryGetValue(name, out int value) ? value : outer?.Find(name);

    public void Add(string name, int value, string where)
    {
        if (!_values.TryAdd(name, value))
            throw new UnrollException($"{where}: the value {name} is made twice.");
    }

    public void Rename(string name, int value) => _values[name] = value;
}
