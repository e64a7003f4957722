"""The standard playbook on sentences as contracts have them: each is found as what it is, or as nothing.

Written for these tests from general knowledge of contract language; none is from a labelled contract.
"""

from __future__ import annotations

import pytest

from app.scorer.contract.clauses import clauses
from app.scorer.contract.loader import load_playbooks
from app.scorer.contract.playbook import Playbook

FOUND = {
    "expiration-date": """
This Agreement shall commence on the Effective Date and shall continue in effect for a period of five (5) years.
The term of this Agreement is three years from the date first written above, unless sooner terminated.
Unless terminated earlier in accordance with its terms, this Agreement will expire on December 31, 2025.
This Lease shall remain in full force and effect until the completion of the Project.
The initial term of this Agreement shall be twelve (12) months beginning on the Launch Date (the "Initial Term").
""",
    "renewal-term": """
Upon expiration of the Initial Term, this Agreement will automatically renew for successive one-year terms.
Licensee shall have the option to renew this Agreement for two additional terms of five years each.
Thereafter the Agreement shall continue on a month-to-month basis until terminated by either party.
The Term may be extended for further periods of one (1) year by mutual written agreement of the Parties.
""",
    "notice-period-to-terminate-renewal": """
It renews for one-year terms unless a party gives notice of non-renewal sixty (60) days prior to the end of a term.
It is automatically extended for one year unless ended by written notice at least ninety days before its expiration.
""",
    "governing-law": """
This Agreement shall be governed by and interpreted under the laws of the State of California.
The validity, construction and performance of this Agreement are governed by English law.
This Agreement shall be construed in accordance with the laws of the Province of Ontario and of Canada.
""",
    "anti-assignment": """
Neither party may assign this Agreement, in whole or in part, without the other party's prior written consent.
This Agreement is personal to Franchisee and may not be assigned or transferred without the approval of Franchisor.
Any attempted assignment in violation of this Section shall be null and void.
Distributor shall not assign, delegate or otherwise transfer any of its rights or obligations hereunder.
Licensee's rights under this Agreement are not assignable.
""",
    "change-of-control": """
Licensor may terminate this Agreement upon thirty days' notice if Licensee undergoes a Change of Control.
Any merger or sale of substantially all of the assets of Distributor shall be deemed an assignment of this Agreement.
If a competitor acquires a majority of the voting stock of Vendor, Customer may terminate this Agreement.
""",
    "termination-for-convenience": """
Either party may terminate this Agreement for any reason or no reason upon ninety (90) days prior written notice.
Client may cancel this Agreement at any time without cause by giving thirty days' written notice to Consultant.
Company reserves the right to terminate this Agreement for its convenience.
This Agreement may be terminated by either party upon sixty (60) days written notice to the other party.
""",
    "cap-on-liability": """
IN NO EVENT SHALL EITHER PARTY'S AGGREGATE LIABILITY EXCEED THE AMOUNTS PAID DURING THE PRECEDING TWELVE MONTHS.
Supplier's total liability arising out of this Agreement shall be limited to the purchase price of the Products.
NEITHER PARTY SHALL BE LIABLE FOR ANY INDIRECT, INCIDENTAL, SPECIAL OR CONSEQUENTIAL DAMAGES, INCLUDING LOST PROFITS.
No action arising under this Agreement may be brought more than two years after the cause of action has accrued.
""",
    "uncapped-liability": """
Except for breach of the confidentiality obligations, neither party shall be liable for consequential damages.
The foregoing limitations of liability shall not apply to indemnification or to damages caused by gross negligence.
Nothing in this Agreement shall limit or exclude a party's liability for death or personal injury.
The liability of the Contractor for a breach of this Section shall be unlimited.
""",
    "liquidated-damages": """
If Contractor fails to complete the Work on time, it shall pay liquidated damages of $1,000 for each day of delay.
Upon termination under this Section, Licensee shall pay Licensor an early termination fee of $50,000.
The Supplier shall pay a penalty of 0.5% of the contract price for each week of delay.
""",
    "license-grant": """
Licensor hereby grants to Licensee a non-exclusive, non-transferable license to use the Software.
Subject to the terms hereof, Company grants Distributor the right to use the Trademarks to sell the Products.
Provider is hereby granted a worldwide, royalty-free license to reproduce and display the Content.
""",
    "exclusivity": """
Company hereby appoints Distributor as its exclusive distributor of the Products in the Territory.
During the Term, Customer shall purchase all of its requirements for the Product from Supplier.
Sponsor shall be the exclusive sponsor of the Event in the category of soft drinks.
Supplier agrees that it shall not sell the Products to any other distributor in the Territory.
Licensor grants Licensee the sole and exclusive right to manufacture and sell the Licensed Products.
""",
    "non-compete": """
During the term and for two years thereafter, Franchisee shall not engage in a business that competes with Franchisor.
Distributor agrees not to market, sell or promote any products that are competitive with the Products.
Executive covenants that she will not compete, directly or indirectly, with the Company within the Territory.
""",
    "no-solicit-of-employees": """
Neither party shall solicit or hire any employee of the other party during the term and for one year thereafter.
Consultant agrees not to recruit or induce any personnel of the Company to leave their employment.
""",
    "audit-rights": """
Licensor shall have the right, upon reasonable notice, to audit the books and records of Licensee.
Distributor shall keep accurate records and make them available for inspection by Company during normal business hours.
Customer or its representatives may inspect Supplier's manufacturing facilities once per year.
If an audit reveals an underpayment of more than five percent, Licensee shall bear the cost of the audit.
""",
    "insurance": """
Contractor shall maintain commercial general liability insurance of not less than $2,000,000 per occurrence.
Each party shall, at its own expense, obtain and keep in force product liability insurance.
Vendor shall name Customer as an additional insured under its policies.
""",
    "ip-ownership-assignment": """
Consultant hereby assigns to the Company all right, title and interest in and to the Inventions.
All deliverables shall be considered works made for hire and shall be owned by Customer.
All inventions conceived by Contractor in the course of the services shall become the sole property of the Company.
Developer agrees to assign, and hereby assigns, all copyrights in the Work Product to Client.
""",
    "most-favored-nation": """
Supplier shall offer Customer prices no less favorable than those offered to any other customer.
Licensee shall be entitled to most favored nation treatment with respect to royalty rates.
If Vendor sells the Products to a third party at a lower price, it shall reduce the price to Buyer.
""",
    "minimum-commitment": """
Distributor shall purchase a minimum of 1,000 units of the Product in each calendar year.
Licensee shall pay Licensor a guaranteed minimum royalty of $100,000 per Contract Year.
Customer agrees to order at least 500 units per quarter.
The minimum annual purchase requirement is set forth in Exhibit B.
""",
    "revenue-profit-sharing": """
Company shall pay Affiliate a commission equal to fifteen percent (15%) of net revenues.
Licensee shall pay a royalty of 5% of Net Sales of the Licensed Products.
The parties shall share the net profits of the venture equally.
Host will receive forty percent of all advertising revenue generated on the site.
""",
    "warranty-duration": """
Seller warrants that the Equipment will be free from defects in material for a period of one year from delivery.
The warranty period is twenty-four (24) months from the date of acceptance.
All parts are covered by a two-year limited warranty.
Supplier warrants the Software for ninety (90) days following installation.
""",
}
NOTHING = """
The parties acknowledge that they have read this Agreement and understand its terms.
Headings are for convenience of reference only and do not affect the meaning of this Agreement.
The Company is a corporation duly organized and existing under the laws of the State of Delaware.
All notices under this Agreement shall be in writing and delivered by courier or registered mail.
Nothing in this Agreement shall be construed as granting any license to the other party.
Customer shall pay each invoice within thirty (30) days after it is received.
The courts of New York County shall have exclusive jurisdiction over any dispute.
The remedies in this Section are cumulative and not exclusive of any remedy at law.
Either party may terminate this Agreement if the other breaches it and fails to cure within thirty days after notice.
Each party shall keep the Confidential Information of the other secret for five years.
Contractor is an independent contractor and not an employee of Company.
Neither party shall be in default for a delay that is caused by an event of force majeure.
If any provision is held invalid, the remaining provisions shall remain in full force and effect.
The Recipient shall not disclose Confidential Information to any competitor of the Discloser.
Interest accrues at 1.5 % per month on amounts that are overdue.
Sales taxes on the fees are borne by the Customer.
Supplier shall ship the Products at least ten days before the date of delivery.
Each party represents that it has the right to enter into this Agreement.
Upon termination of this Agreement for any reason, each party shall return the other's property.
"""

NOT = {
    "expiration-date": """
The warranties in this Section shall survive for a period of two years after the term of this Agreement.
Payment terms are net thirty days for the duration of the Project.
""",
    "governing-law": """
Each party shall comply with all applicable laws of the United States in performing this Agreement.
Licensee shall not export the Software in violation of the laws of any country.
""",
    "anti-assignment": """
Title to the Products shall not transfer to Buyer until the price has been paid in full.
Consultant shall assign to the Company all inventions made in the course of the services.
Contractor shall not assign any employee to the Project who lacks the training that it needs.
""",
    "change-of-control": """
This Agreement binds and benefits any successor of a party by merger or consolidation.
Neither party may assign this Agreement except to a successor in a merger or a sale of all of its assets.
"Affiliate" means an entity under common control with a party, by ownership of more than fifty percent of its stock.
Supplier shall give notice of any change in the control software of the Products.
""",
    "termination-for-convenience": """
This Agreement may be terminated at any time by mutual written agreement of the parties.
If Licensee becomes insolvent, Licensor may terminate this Agreement at any time upon written notice.
Upon the expiration or termination of this Agreement for any reason, all licenses end.
Either party may terminate this Agreement upon thirty days notice if the other party is in breach.
""",
    "cap-on-liability": """
Each party shall maintain liability insurance with coverage limited to not less than $1,000,000.
Supplier shall be liable for all damages that are caused by a late delivery.
""",
    "uncapped-liability": """
In no event shall either party be liable for any indirect or consequential damages.
Each party shall indemnify the other against claims arising from its gross negligence or willful misconduct.
""",
    "liquidated-damages": """
Customer may terminate this Agreement without penalty on thirty days' notice.
No termination fee is payable by either party.
""",
    "license-grant": """
All rights that are not expressly granted in this Agreement are reserved by Licensor.
No license or other right is granted to Recipient under this Agreement.
Contractor shall obtain every license and permit that the work requires.
""",
    "exclusivity": """
The fees are exclusive of all taxes and duties.
Each party has exclusive control of the defense of claims against it.
Licensor grants Licensee a non-exclusive right to use the Software.
This Agreement is non-exclusive, and either party may deal with others.
""",
    "non-compete": """
Nothing in this Agreement prevents either party from marketing products that compete with those of the other.
Licensee shall not use any mark that is confusingly similar to the Trademarks.
""",
    "no-solicit-of-employees": """
Neither party shall be responsible for the wages or benefits of the other party's employees.
""",
    "audit-rights": """
Each party has reviewed this Agreement with its own counsel.
Company shall deliver its audited financial statements to Lender each year.
""",
    "insurance": """
Prices include cost, insurance and freight to the port of destination.
""",
    "ip-ownership-assignment": """
Each party retains all right, title and interest in and to its intellectual property.
Neither party shall assign or transfer its rights in the Software without consent.
The Software is and remains the sole property of Licensor.
""",
    "most-favored-nation": """
Transactions with affiliates shall be on terms no less favorable than those of an arm's length transaction.
""",
    "minimum-commitment": """
Licensee shall give notice at least thirty (30) days before the end of the term.
Supplier shall deliver the Products at least five business days after the order.
Contractor shall maintain insurance with a minimum amount of $1,000,000.
""",
    "revenue-profit-sharing": """
A deposit of fifty percent of the purchase price is due when the order is placed.
The filing with the Securities and Exchange Commission shall be paid by the Company.
Licensor grants Licensee a royalty-free license to use the Marks.
""",
    "warranty-duration": """
Seller warrants that it has good title to the Products and the right to sell them.
Each party represents and warrants that it is duly organized and in good standing.
""",
}


@pytest.fixture(scope="module")
def standard() -> Playbook:
    return load_playbooks()["contract_review"]["standard"]


def found_in(standard: Playbook, sentence: str) -> set[str]:
    """In the middle of a contract: neither in its opening nor in its closing."""
    text = f"{FILLING}\n\n{sentence}\n\n{FILLING}"
    return {name for name, hits in standard.search(clauses(text), len(text)).items() if hits}


FILLING = "Here stand other words that nobody looks for in a contract at all.\n\n" * 80


@pytest.mark.parametrize(
    ("category", "sentence"),
    [(category, sentence) for category, sentences in FOUND.items() for sentence in sentences.strip().splitlines()],
)
def test_a_clause_is_found_as_what_it_is(standard: Playbook, category: str, sentence: str) -> None:
    assert category in found_in(standard, sentence)


@pytest.mark.parametrize("sentence", NOTHING.strip().splitlines())
def test_what_is_in_every_contract_is_nothing(standard: Playbook, sentence: str) -> None:
    assert found_in(standard, sentence) == set()


@pytest.mark.parametrize(
    ("category", "sentence"),
    [(category, sentence) for category, sentences in NOT.items() for sentence in sentences.strip().splitlines()],
)
def test_what_only_sounds_like_a_clause_is_not_found_as_it(standard: Playbook, category: str, sentence: str) -> None:
    assert category not in found_in(standard, sentence)
