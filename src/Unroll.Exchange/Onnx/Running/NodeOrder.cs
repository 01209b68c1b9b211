using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>An order of nodes in which each comes after those whose values it reads; that of the file where it is one.</summary>
internal static class NodeOrder
{
    /// <exception cref="UnrollException">Nodes read each other's values in a circle, or one value is made twice.</exception>
    public static List<NodeProto> Sort(IReadOnlyList<NodeProto> nodes, string where)
    {
        var makers = new Dictionary<string, int>();
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string output in nodes[i].Output)
            {
                if (output.Length > 0 && !makers.TryAdd(output, i))
                    throw new UnrollException($"{where}: the value {output} is made twice.");
            }
        }

        var readers = new List<int>?[nodes.Count];
        var waits = new int[nodes.Count];
        for (int i = 0; i < nodes.Count; i++)
        {
            var reads = new HashSet<int>();
            AddReads(nodes[i], makers, reads);
            waits[i] = reads.Count;
            foreach (int maker in reads)
                (readers[maker] ??= []).Add(i);
        }

        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < nodes.Count; i++)
        {
            if (waits[i] == 0)
                ready.Enqueue(i, i);
        }

        var order = new List<NodeProto>(nodes.Count);
        while (ready.TryDequeue(out int next, out _))
        {
            order.Add(nodes[next]);
            foreach (int reader in readers[next] ?? [])
            {
                if (--waits[reader] == 0)
                    ready.Enqueue(reader, reader);
            }
        }

        if (order.Count < nodes.Count)
        {
            NodeProto stuck = nodes[Array.FindIndex(waits, wait => wait > 0)];
            throw new UnrollException($"{where}: the nodes go in a circle, {stuck.OpType} {stuck.Name} waits for its own output.");
        }

        return order;
    }

    private static void AddReads(NodeProto node, Dictionary<string, int> makers, HashSet<int> reads)
    {
        foreach (string input in node.Input)
        {
            if (makers.TryGetValue(input, out int maker))
                reads.Add(maker);
        }

        foreach (AttributeProto attribute in node.Attribute)
        {
            if (attribute.G is not { } graph)
                continue;
            foreach (NodeProto inner in graph.Node)
                AddReads(inner, makers, reads);
            foreach (ValueInfoProto output in graph.Output)
            {
                if (makers.TryGetValue(output.Name, out int maker))
                    reads.Add(maker);
            }
        }
    }
}
