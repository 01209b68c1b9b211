using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>Functions that a model brings with it.</summary>
internal static class Functions
{
    /// <summary>A copy of a function's nodes, with the attributes of the call in the places where the function reads them.</summary>
    public static List<NodeProto> WithAttributes(FunctionProto function, NodeProto call)
    {
        var given = function.AttributeProto.ToDictionary(attribute => attribute.Name);
        foreach (AttributeProto attribute in call.Attribute)
            given[attribute.Name] = attribute;
        List<NodeProto> nodes = [.. function.Node.Select(node => node.Clone())];
        foreach (NodeProto node in nodes)
            Fill(node, given);
        return nodes;
    }

    private static void Fill(NodeProto node, Dictionary<string, AttributeProto> given)
    {
        for (int i = node.Attribute.Count - 1; i >= 0; i--)
        {
            AttributeProto attribute = node.Attribute[i];
            if (attribute.RefAttrName.Length > 0)
            {
                node.Attribute.RemoveAt(i);
                if (given.TryGetValue(attribute.RefAttrName, out AttributeProto? value))
                {
                    AttributeProto copy = value.Clone();
                    copy.Name = attribute.Name;
                    node.Attribute.Add(copy);
                }
            }
            else if (attribute.G is { } graph)
            {
                foreach (NodeProto inner in graph.Node)
                    Fill(inner, given);
            }
        }
    }
}
